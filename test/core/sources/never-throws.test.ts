/** G10: whatever comes in gets an answer, and a fact that comes out can be worked with. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact, Parsed } from '../../../core/facts.ts';
import { projectFact } from '../../../core/projection.ts';
import { parseEventBridge } from '../../../core/sources/event-bridge.ts';
import { parseHistoryRecord } from '../../../core/sources/history-record.ts';
import { parseLogEvents } from '../../../core/sources/log-subscription.ts';
import { parseProgress } from '../../../core/sources/progress.ts';
import { parseStatusChange } from '../../../core/sources/status-change.ts';
import { defaultRules } from '../../../core/workflow-rules.ts';
import { decodedLogs, historyRecord, progressEvent, statusChange } from '../../support/aws-shapes.ts';

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

function checkFact(fact: Fact): void {
  expect(isCount(fact.at)).toBe(true);
  expect(new Date(fact.at).toISOString()).toHaveLength(24);
  expect(fact.workflow.length * fact.id.length).toBeGreaterThan(0);
  if (fact.startDate !== null) expect(new Date(fact.startDate).toISOString()).toHaveLength(24);
  if (fact.type === 'status' || fact.type === 'state') expect(isCount(fact.redriveCount)).toBe(true);
  if (fact.type === 'state') expect(isCount(fact.historyId)).toBe(true);
  expect(JSON.parse(JSON.stringify(fact))).toEqual(fact);
  projectFact(fact, defaultRules);
}

function check(parsed: Parsed): void {
  if (parsed.type === 'facts') for (const fact of parsed.facts) checkFact(fact);
  if (parsed.type === 'rejected') expect(parsed.reason).toMatch(/^.{10,400}$/su);
}

const parsers = [parseEventBridge, parseStatusChange, parseProgress, parseHistoryRecord];
const checkAll = (input: unknown): void => {
  for (const parse of parsers) check(parse(input));
  for (const parsed of parseLogEvents(input)) check(parsed);
};

const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true });

/** A likely wrong value: one of the right form in the wrong place, a limit, or anything. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    '',
    '0',
    '-1',
    '1e3',
    1e16,
    -1,
    -0,
    0.5,
    Number.NaN,
    true,
    {},
    [],
    'RUNNING',
  ),
  fc.constantFrom<unknown>('9'.repeat(400), '253402300800000', 253_402_300_799_999, '2026-13-45T00:00:00Z', 'null'),
  anything,
);

/** The shape with some keys replaced, taken away or added, in itself and in its `detail` or `details`. */
function mutated(shape: Record<string, unknown>): fc.Arbitrary<unknown> {
  const change = (keys: readonly string[]) =>
    fc.dictionary(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...keys) }, fc.string()), odd, { maxKeys: 4 });
  const inner = ['detail', 'details'].find((key) => key in shape);
  const inside = Object(inner === undefined ? {} : shape[inner]) as Record<string, unknown>;
  const innerKeys = [...Object.keys(inside), 'name', 'executionArn'];
  return fc.tuple(change(Object.keys(shape)), change(innerKeys)).map(([outer, nested]) => ({
    ...shape,
    ...(inner === undefined ? {} : { [inner]: { ...inside, ...nested } }),
    ...outer,
  }));
}

describe('the parsers never throw', () => {
  it('on anything', () => {
    fc.assert(fc.property(anything, checkAll), { numRuns: 500 });
  });

  it.each([
    ['a status change', statusChange({ status: 'SUCCEEDED', redriveCount: 1 })],
    ['a progress event', progressEvent({ percent: 5, message: 'm', sequence: 1, redriveCount: 0 })],
    ['a state record', historyRecord({ state: 'A' })],
    ['an end record', historyRecord({ type: 'ExecutionSucceeded', details: { output: '{}', outputDetails: {} } })],
    ['a log payload', decodedLogs([historyRecord({ state: 'A' })])],
  ])('on %s with wrong, missing and additional keys', (_, shape) => {
    fc.assert(fc.property(mutated(shape), checkAll), { numRuns: 400 });
  });

  it('on log events of any kind', () => {
    const events = fc.array(fc.oneof(odd, fc.record({ message: fc.oneof(fc.json(), fc.string()) })));
    const logs = events.map((logEvents) => ({ messageType: 'DATA_MESSAGE', logEvents }));
    fc.assert(fc.property(logs, checkAll), { numRuns: 200 });
  });
});
