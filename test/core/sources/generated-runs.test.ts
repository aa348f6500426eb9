/** The generator of runs is what the properties of reduce stand on, so it is held against Step Functions' own rules. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StateFact } from '../../../core/facts.ts';
import { asRecord } from '../../../core/sources/read.ts';
import { arbitraryRun, type GeneratedRun } from '../../support/runs.ts';

const recordsOf = (run: GeneratedRun): readonly Readonly<Record<string, unknown>>[] =>
  run.sources.map((source) => asRecord(source) ?? {}).filter((source) => 'event_timestamp' in source);

/** Active by counting alone, within one attempt: S8 without its knowledge of the definition. */
function countActive(facts: readonly StateFact[], nesting: GeneratedRun['nesting'] | null): readonly string[] {
  const net = new Map<string, number>();
  for (const { state, stateType, change } of facts) {
    if (stateType !== 'fail') net.set(state, (net.get(state) ?? 0) + (change === 'entered' ? 1 : -1));
  }
  const open = new Set([...net].filter(([, count]) => count > 0).map(([name]) => name));
  const inside = (name: string): boolean => (nesting?.[name] ?? []).every((container) => open.has(container));
  return [...open].filter(inside).sort();
}

describe.each([
  ['Standard', false],
  ['Express', true],
])('a generated %s run', (_, express) => {
  const run = arbitraryRun({ express });

  it('has contiguous history ids, each after the one that caused it', () => {
    fc.assert(
      fc.property(run, (given) => {
        let before = 0;
        for (const record of recordsOf(given)) {
          const id = Number(record.id);
          const restarted = record.type === 'ExecutionRedriven' && id === 1;
          expect(restarted || id === before + 1).toBe(true);
          if (!restarted) expect(Number(record.previous_event_id)).toBeLessThan(id);
          before = id;
        }
      }),
    );
  });

  it('never goes back in time and has one end per attempt', () => {
    fc.assert(
      fc.property(run, ({ facts, expected }) => {
        const states = facts.filter((fact) => fact.type === 'state');
        expect(states.every((fact, index) => fact.at >= (states[index - 1]?.at ?? 0))).toBe(true);
        const ends = facts.filter(
          (fact) => fact.type === 'status' && fact.source === 'record' && fact.stopDate !== null,
        );
        expect(ends.map((fact) => fact.type === 'status' && fact.status)).toEqual(expected.ends);
        expect(expected.ends).toHaveLength(expected.finalAttempt + 1);
        expect(expected.ends.slice(0, -1)).not.toContain('SUCCEEDED');
        expect(expected.activeAfter).toHaveLength(facts.length);
        expect(expected.activeAfter.at(-1)).toEqual([]);
      }),
    );
  });

  it('leaves no state that it has not entered, and ends in the one entered last', () => {
    fc.assert(
      fc.property(run, ({ facts, expected }) => {
        const states = facts.filter((fact) => fact.type === 'state');
        const entered: string[] = [];
        for (const { change, state } of states) {
          if (change === 'entered') entered.push(state);
          else expect(entered).toContain(state);
        }
        expect(expected.state).toBe(entered.at(-1) ?? null);
      }),
      { numRuns: 500 },
    );
  });

  it('S8: shows the truth to whoever counts and knows the nesting', () => {
    fc.assert(
      fc.property(run, ({ facts, expected, nesting }) => {
        facts.forEach((fact, index) => {
          if (fact.type !== 'state') return;
          const truth = expected.activeAfter[index] ?? [];
          const seen = facts.slice(0, index + 1).filter((other) => other.type === 'state');
          const attempt = seen.filter((other) => other.redriveCount === fact.redriveCount);
          // A redriven Task may run again without an entry; counting then sees nothing.
          const known = (names: readonly string[]) =>
            names.filter((name) => attempt.some(({ state }) => state === name));
          expect(countActive(attempt, nesting)).toEqual(known(truth));
          if (expected.exactWithoutNesting) expect(countActive(attempt, null)).toEqual(known(truth));
        });
      }),
    );
  });
});

describe('the mixture', () => {
  it('has everything that a run can go through', () => {
    const runs = fc.sample(arbitraryRun(), { numRuns: 400, seed: 7 });
    const share = (holds: (run: GeneratedRun) => boolean): number => runs.filter(holds).length / runs.length;
    const has = (type: string) => (run: GeneratedRun) => recordsOf(run).some((record) => record.type === type);
    for (const status of ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT']) {
      expect(share((run) => run.expected.status === status)).toBeGreaterThan(0.02);
    }
    for (const type of [
      'ParallelStateEntered',
      'MapStateExited',
      'TaskFailed',
      'FailStateEntered',
      'ExecutionRedriven',
    ]) {
      expect(share(has(type))).toBeGreaterThan(0.1);
    }
    for (const type of ['ParallelStateFailed', 'MapIterationFailed', 'TaskStateAborted']) {
      expect(share(has(type))).toBeGreaterThan(0.01);
    }
    expect(share((run) => run.expected.progress !== null)).toBeGreaterThan(0.2);
    expect(share((run) => !run.expected.exactWithoutNesting)).toBeGreaterThan(0.02);
    expect(share((run) => run.expected.finalAttempt === 2)).toBeGreaterThan(0.02);
  });

  it('S15: an Express run logged without execution data has an output that nobody tells', () => {
    const runs = fc.sample(arbitraryRun({ express: true }), { numRuns: 100, seed: 7 });
    const succeeded = runs.filter((run) => run.expected.status === 'SUCCEEDED');
    expect(new Set(succeeded.map((run) => run.expected.outputOmitted))).toEqual(new Set([true, false]));
    expect(runs.every((run) => run.facts.every((fact) => fact.executionArn?.includes(':express:')))).toBe(true);
  });
});
