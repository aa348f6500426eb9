import { expect, it } from 'vitest';
import { createHandler } from '../../../aws/lambda/handler.ts';
import { fakeTelemetry } from './support.ts';

const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 1_000 };

it('marks its lines with the invocation and writes its metrics at the end', async () => {
  const telemetry = fakeTelemetry();
  const handler = createHandler(telemetry, async (event: number) => {
    telemetry.info('at work');
    return event + 1;
  });
  expect(await handler(1, context)).toBe(2);
  expect(telemetry.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'begin request-1',
    'info at work',
    'publish ',
  ]);
});

it('logs an error, throws it on, and writes its metrics all the same', async () => {
  const telemetry = fakeTelemetry();
  const error = new Error('no table');
  const handler = createHandler(telemetry, () => Promise.reject(error));
  await expect(handler(null, context)).rejects.toBe(error);
  expect(telemetry.lines.map(({ level }) => level)).toEqual(['begin', 'error', 'publish']);
});
