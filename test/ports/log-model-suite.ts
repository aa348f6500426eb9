import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Update } from '../../core/contract.ts';
import type { Head } from '../../core/head.ts';
import type { Change } from '../../core/ports.ts';
import { epochOf, makeChange, makeUpdate } from '../support/make-update.ts';
import type { OpenedPorts, OpenPorts } from './opened.ts';

interface Logged {
  readonly head: Head;
  readonly updates: readonly Update[];
}
type Model = Map<string, Logged>;

const ids = ['a', 'b'];
const arbitraryStep = fc.record({
  id: fc.constantFrom(...ids),
  /** How many versions the writer is behind. */
  stale: fc.constantFrom(0, 0, 0, 1),
  count: fc.integer({ min: 0, max: 4 }),
  /** A new run: the log begins again, after the old one's last words. */
  newEpoch: fc.constantFrom(false, false, true),
  oldWords: fc.integer({ min: 0, max: 2 }),
  status: fc.constantFrom('RUNNING' as const, 'FAILED' as const),
});
const arbitraryRead = fc.record({
  id: fc.constantFrom(...ids),
  epoch: fc.integer({ min: 1, max: 6 }),
  seq: fc.nat({ max: 12 }),
  limit: fc.integer({ min: 1, max: 6 }),
});
type Step = typeof arbitraryStep extends fc.Arbitrary<infer T> ? T : never;
type Read = typeof arbitraryRead extends fc.Arbitrary<infer T> ? T : never;

function changeOf(model: Model, { id, stale, count, newEpoch, oldWords, status }: Step): Change {
  const head = model.get(id)?.head ?? null;
  const epoch = head && newEpoch ? epochOf(Number(head.epoch.slice(4)) + 1) : (head?.epoch ?? epochOf(1));
  const change = makeChange({
    id,
    before: head,
    count: head && newEpoch ? count + 1 : count,
    update: { epoch, status },
  });
  const words = head && newEpoch ? oldWords : 0;
  const last = Array.from({ length: words }, (_, n) =>
    makeUpdate({ id, epoch: head?.epoch ?? epoch, seq: (head?.seq ?? 0) + n + 1 }),
  );
  const version = change.expectedVersion - stale;
  const behind = { expectedVersion: version, head: { ...change.head, version: version + 1 } };
  return { ...change, ...behind, updates: [...last, ...change.updates] };
}

/** What a log is, in the fewest words: the updates of the head's epoch. */
function commit(model: Model, change: Change): 'ok' | 'conflict' {
  const stored = model.get(change.key.id);
  if ((stored?.head.version ?? 0) !== change.expectedVersion) return 'conflict';
  const updates = [...(stored?.updates ?? []), ...change.updates].filter(({ epoch }) => epoch === change.head.epoch);
  model.set(change.key.id, { head: change.head, updates });
  return 'ok';
}

function read(model: Model, { id, epoch, seq, limit }: Read) {
  const stored = model.get(id);
  if (stored?.head.epoch !== epochOf(epoch) || seq > stored.head.seq) return { type: 'trimmed' };
  const updates = stored.updates.filter((update) => update.seq > seq);
  return { type: 'page', updates: updates.slice(0, limit), more: updates.length > limit };
}

async function expectEqual(
  ports: OpenedPorts,
  model: Model,
  steps: readonly (readonly Step[])[],
  reads: readonly Read[],
) {
  for (const batch of steps) {
    const expected: ('ok' | 'conflict')[] = [];
    const changes = batch.map((step) => {
      const change = changeOf(model, step);
      expected.push(commit(model, change));
      return change;
    });
    expect(await ports.log.commit(changes)).toEqual(expected);
    for (const each of reads) {
      const at = { epoch: epochOf(each.epoch), seq: each.seq };
      expect(await ports.log.read({ workflow: 'orders', id: each.id }, at, each.limit, 1e9)).toEqual(read(model, each));
    }
    const heads = await ports.log.load(ids.map((id) => ({ workflow: 'orders', id })));
    expect(heads).toEqual(ids.map((id) => model.get(id)?.head ?? null));
  }
}

/** Any sequence of commits and reads answers as a log in memory would (S33). `runs`: sequences that are tried. */
export function logModelSuite(name: string, open: OpenPorts, runs = 60): void {
  describe(`Log against a model on ${name}`, () => {
    it('S33: commits and reads agree with the model, conflicts and new epochs included', async () => {
      const batches = fc.array(fc.array(arbitraryStep, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
      const reads = fc.array(arbitraryRead, { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(batches, reads, async (steps, positions) => {
          const ports = await open();
          // The listener lets replaced logs be removed for good, in between.
          await ports.start(async () => {});
          try {
            await expectEqual(ports, new Map(), steps, positions);
          } finally {
            await ports.close();
          }
        }),
        { numRuns: runs },
      );
    });
  });
}
