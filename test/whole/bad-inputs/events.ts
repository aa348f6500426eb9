import { gzipSync } from 'node:zlib';
import { executionArn, progressEvent, statusChange } from '../../support/aws-shapes.ts';

const logs = (data: unknown) => ({ awslogs: { data } });
const gzipped = (text: string): string => gzipSync(text).toString('base64');

/** Items of `POST /events` that are answered one by one, with a reason, in a 200 (S25). */
export const badEvents: readonly (readonly [what: string, item: unknown])[] = [
  ['a text', 'event'],
  ['an empty object', {}],
  ['an event of another service', { ...statusChange(), detail: 7 }],
  ['a status nobody knows', statusChange({ workflow: 'bad', status: 'PAUSED' })],
  ['an ARN that is none', statusChange({ workflow: 'bad', detail: { executionArn: 'arn:aws:../../etc' } })],
  ['an ARN with a NUL', statusChange({ workflow: 'bad', detail: { executionArn: executionArn('bad', 'a\0b') } })],
  ['a name that is an object', statusChange({ workflow: 'bad', detail: { executionArn: { toString: 'x' } } })],
  [
    'no time that can be read',
    { ...statusChange({ workflow: 'bad', detail: { startDate: 'yesterday' } }), time: 'never' },
  ],
  [
    'a start beyond all dates and no other time',
    { ...statusChange({ workflow: 'bad', detail: { startDate: 1e300 } }), time: '' },
  ],
  ['a redrive count below 0', statusChange({ workflow: 'bad', detail: { redriveCount: -1 } })],
  ['110 percent', progressEvent({ workflow: 'bad', percent: 110 })],
  ['a message of 281 characters', progressEvent({ workflow: 'bad', message: 'x'.repeat(281) })],
  ['progress that says nothing', progressEvent({ workflow: 'bad' })],
  ['log data that is a number', logs(7)],
  ['log data that is no base64', logs('%%%')],
  ['log data that is no gzip', logs(btoa('plain'))],
  ['log data cut short', logs(gzipped('{"messageType":"DATA_MESSAGE"}').slice(0, 20))],
  ['log data that is no JSON', logs(gzipped('{"messageType":'))],
  ['a gzip bomb of 64 MiB', logs(gzipped(' '.repeat(64 * 2 ** 20)))],
];
