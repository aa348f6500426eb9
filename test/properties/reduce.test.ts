import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Update } from '../../core/contract.ts';
import { derive, isTerminal } from '../../core/derive.ts';
import type { Fact } from '../../core/facts.ts';
import type { Head } from '../../core/head.ts';
import { projectFact } from '../../core/projection.ts';
import { type ReduceContext, reduce } from '../../core/reduce.ts';
import { defaultRules, type WorkflowRules } from '../../core/workflow-rules.ts';
import { newEpoch } from '../../handlers/ingest/epoch.ts';
import { arbitraryRun, type GeneratedRun } from '../support/runs.ts';

const key = { workflow: 'orders', id: 'order-1042' };
const exposing: WorkflowRules = { ...defaultRules, expose: { whole: '$' }, exposeCause: true };
const ownedByInput: WorkflowRules = { ...exposing, owner: { inputPath: '$.tenant' } };

interface Taken {
  readonly head: Head;
  readonly updates: readonly Update[];
}

function takeAll(batches: readonly (readonly Fact[])[], rules: WorkflowRules): Taken {
  let head: Head | null = null;
  const updates: Update[] = [];
  for (const [index, batch] of batches.entries()) {
    const now = Date.parse('2026-01-01T12:30:00Z') + index;
    const context: ReduceContext = { now, newEpoch: (after) => newEpoch(now, after), rules };
    let reduction = reduce(
      key,
      head,
      batch.map((fact) => projectFact(fact, rules)),
      context,
    );
    updates.push(...reduction.updates);
    while (reduction.head?.held.some((held) => held.reason === 'backlog')) {
      reduction = reduce(key, reduction.head, [], context);
      updates.push(...reduction.updates);
    }
    head = reduction.head;
  }
  if (!head) throw new Error('nothing was taken');
  return { head, updates };
}

/** Every fact at least once, some more often, in any order and any batches. */
function disorder(run: GeneratedRun): fc.Arbitrary<readonly (readonly Fact[])[]> {
  const repeated = fc.array(fc.constantFrom(...run.facts), { maxLength: 8 });
  return repeated
    .chain((more) => fc.shuffledSubarray([...run.facts, ...more], { minLength: run.facts.length + more.length }))
    .chain((facts) =>
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }).map((sizes) => cut(facts, sizes)),
    );
}

function cut(facts: readonly Fact[], sizes: readonly number[]): readonly (readonly Fact[])[] {
  const batches: Fact[][] = [];
  for (let at = 0, turn = 0; at < facts.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    batches.push(facts.slice(at, at + size));
    at += size;
  }
  return batches;
}

const inOrder = (run: GeneratedRun): readonly (readonly Fact[])[] => run.facts.map((fact) => [fact]);
const runs = fc.oneof(
  { weight: 3, arbitrary: arbitraryRun() },
  { weight: 1, arbitrary: arbitraryRun({ express: true }) },
);
const disordered = runs.chain((run) => disorder(run).map((batches) => ({ run, batches })));
const outcome = ({ head }: Taken) => ({
  status: head.last?.status,
  output: head.last?.output,
  error: head.last?.error,
});

function expectConsistent(updates: readonly Update[]): void {
  const byEpoch = Map.groupBy(updates, (update) => update.epoch);
  for (const log of byEpoch.values()) {
    expect(log.map((update) => update.seq)).toEqual(log.map((_, index) => index + 1));
    for (const [index, update] of log.entries()) {
      const before = log[index - 1];
      if (!before) continue;
      expect(update.redriveCount).toBeGreaterThanOrEqual(before.redriveCount);
      expect(update.recordedAt >= before.recordedAt).toBe(true);
      // Within an attempt nothing moves back from its end, and nothing but the wait for a redrive follows it.
      if (update.redriveCount > before.redriveCount || update.status === 'PENDING_REDRIVE') continue;
      expect(isTerminal(before.status) || before.status === 'PENDING_REDRIVE').toBe(false);
    }
  }
  expect([...byEpoch.keys()]).toEqual([...byEpoch.keys()].sort());
}

describe('reduce, for every run that Step Functions can make', () => {
  it('S10: any order and any repetition of its facts end in the same bookkeeping, status, output and error', () => {
    fc.assert(
      fc.property(disordered, ({ run, batches }) => {
        const straight = takeAll(inOrder(run), exposing);
        const mixed = takeAll(batches, exposing);
        expect(mixed.head.book).toEqual(straight.head.book);
        expect(outcome(mixed)).toEqual(outcome(straight));
        expect(outcome(mixed).status).toBe(run.expected.status);
        expect(mixed.head.last?.error?.name ?? null).toBe(run.expected.errorName);
        expect(mixed.head.last?.redriveCount).toBe(run.expected.finalAttempt);
        expect(mixed.head.held).toEqual([]);
        expectConsistent(mixed.updates);
      }),
      { numRuns: 400 },
    );
  });

  it('S10, S13: the same where only the input names the owner', () => {
    fc.assert(
      fc.property(disordered, ({ run, batches }) => {
        const straight = takeAll(inOrder(run), ownedByInput);
        const mixed = takeAll(batches, ownedByInput);
        expect(mixed.head.tenant).toBe(straight.head.tenant);
        if (straight.head.tenant === null) {
          expect([...mixed.updates, ...straight.updates]).toEqual([]);
          return;
        }
        expect(mixed.head.book).toEqual(straight.head.book);
        expect(outcome(mixed)).toEqual(outcome(straight));
        expectConsistent(mixed.updates);
      }),
      { numRuns: 200 },
    );
  });

  it('S13: an owner that no source names shows nothing to anybody', () => {
    const nobody: WorkflowRules = { ...exposing, owner: { inputPath: '$.nowhere' } };
    fc.assert(
      fc.property(disordered, ({ batches }) => {
        const { head, updates } = takeAll(batches, nobody);
        expect(updates).toEqual([]);
        expect(head).toMatchObject({ tenant: null, seq: 0, last: null });
      }),
      { numRuns: 100 },
    );
  });

  it('S8: in true order activeStates is what is really active, in Parallel, Map and sequence', () => {
    fc.assert(
      fc.property(runs, ({ facts, expected, nesting }) => {
        let head: Head | null = null;
        for (const [index, fact] of facts.entries()) {
          const context = {
            now: fact.at,
            newEpoch: (after: string | null) => newEpoch(fact.at, after),
            rules: { ...exposing, nesting },
          };
          head = reduce(key, head, [projectFact(fact, exposing)], context).head;
          if (!head) throw new Error('no head');
          const view = derive(head.book, head.run, nesting);
          const active = expected.activeAfter[index] ?? [];
          // Between two states, and right after a redrive, the state entered last stands for the step.
          const shown = active.length > 0 || view.status !== 'RUNNING' || view.state === null ? active : [view.state];
          expect(view.activeStates).toEqual(shown);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('G7: in true order each attempt has exactly one end, and a redrive continues the log', () => {
    fc.assert(
      fc.property(arbitraryRun(), (run) => {
        const { updates } = takeAll(inOrder(run), exposing);
        expectConsistent(updates);
        expect(new Set(updates.map((update) => update.epoch)).size).toBe(1);
        expect(updates.filter((update) => update.done).map((update) => update.status)).toEqual(run.expected.ends);
        expect(updates.at(-1)).toMatchObject({ state: run.expected.state, progress: run.expected.progress });
      }),
      { numRuns: 300 },
    );
  });

  it('S2: a reused name starts a new log, whatever comes late of the run before', () => {
    const day = 86_400_000;
    const first = Date.parse('2026-01-01T12:00:00.000Z') - 10 * day;
    const pair = fc
      .record({ old: arbitraryRun({ startDate: first }), young: arbitraryRun({ startDate: first + 9 * day }) })
      .chain((two) =>
        fc
          .shuffledSubarray([...two.old.facts, ...two.young.facts], {
            minLength: two.old.facts.length + two.young.facts.length,
          })
          .map((facts) => ({ ...two, facts })),
      );
    fc.assert(
      fc.property(pair, ({ young, facts }) => {
        const { head, updates } = takeAll(
          facts.map((fact) => [fact]),
          exposing,
        );
        expectConsistent(updates);
        expect(head.run?.startDate).toBe(first + 9 * day);
        expect(head.last?.status).toBe(young.expected.status);
        expect(head.last?.error?.name ?? null).toBe(young.expected.errorName);
      }),
      { numRuns: 200 },
    );
  });
});
