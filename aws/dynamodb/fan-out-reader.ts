import type { Update } from '../../core/contract.ts';
import type { OnCommitted } from '../../core/ports.ts';
import type { Generation } from './generation.ts';
import type { Items } from './items.ts';
import { atOnce } from './lanes.ts';
import type { Leftovers } from './leftovers.ts';
import { headKey, logPk } from './names.ts';
import { readSpan } from './read-span.ts';
import { pauseAfter, type RetryOptions } from './retry.ts';
import { type StreamRecord, type StreamStep, streamRecords } from './stream-records.ts';

/** Updates in one call of the listener. */
const callSize = 1_000;
/** Reads under way at once. */
const width = 16;
/** How often updates are looked for that the head says are there. */
const looks = 6;

export interface FanOutReaderOptions {
  readonly items: Items;
  readonly generation: Generation;
  readonly leftovers: Leftovers;
  readonly retry?: RetryOptions;
}

/** How far a batch of records was dealt with. `unanswered`: sequence number from which on it has to come again. */
export type FanOutResult =
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly unanswered: string; readonly error: unknown };

export type FanOutReader = (records: readonly StreamRecord[], listener: OnCommitted) => Promise<FanOutResult>;

type Committed = Extract<StreamStep, { readonly type: 'committed' }>;

/**
 * `OnCommitted` on the table's stream: reads what the heads' records say was committed and tells it, in order, in calls of
 * at most 1,000 updates, one after the other; then removes what is obsolete by now. A batch that comes again is told
 * again, as far as it is still there: what was removed had been told.
 */
export function createFanOutReader({ items, generation, leftovers, retry = {} }: FanOutReaderOptions): FanOutReader {
  async function readCommitted({ key, epoch, fromSeq, toSeq }: Committed): Promise<readonly Update[]> {
    const span = { pk: logPk(key), epoch, from: fromSeq, to: toSeq, maxBytes: Number.POSITIVE_INFINITY };
    for (let tries = 1; ; tries++) {
      const { updates, hole } = await readSpan(items, span);
      if (!hole) return updates.map(generation.shownUpdate);
      if (tries >= looks) {
        const head = await items.get(headKey(key));
        // An earlier run of this batch has told them and removed what came to be obsolete.
        if (head?.epoch !== epoch || head.gone === true) return updates.map(generation.shownUpdate);
        throw new Error(`${key.workflow}/${key.id}: updates up to ${toSeq} are not there.`);
      }
      await pauseAfter(tries, retry);
    }
  }

  return async (records, listener) => {
    let from = '';
    try {
      const steps = streamRecords(records);
      from = steps[0]?.sequenceNumber ?? '';
      for (let at = 0; at < steps.length; ) {
        const group = committedFrom(steps, at);
        from = steps[at]?.sequenceNumber ?? from;
        const updates = (await atOnce(group, width, readCommitted)).flat();
        for (let told = 0; told < updates.length; told += callSize) {
          await listener(updates.slice(told, told + callSize));
        }
        at += group.length;
        at = await clearFrom(steps, at);
      }
      return { type: 'done' };
    } catch (error) {
      return { type: 'failed', unanswered: from, error };
    }
  };

  /** Removes what the steps from `at` on say, up to the next that tells something; answers where that is. */
  async function clearFrom(steps: readonly StreamStep[], at: number): Promise<number> {
    for (let next = at; ; next++) {
      const step = steps[next];
      if (step?.type !== 'obsolete') return next;
      await leftovers.clearUpdates(step.key, step.epoch);
      if (step.forgotten) await leftovers.clear(step.key, step.epoch);
    }
  }
}

/** Steps that can be told together: up to about one call's worth. */
function committedFrom(steps: readonly StreamStep[], at: number): readonly Committed[] {
  const group: Committed[] = [];
  let updates = 0;
  for (const step of steps.slice(at)) {
    if (step.type !== 'committed' || updates >= callSize) break;
    updates += step.toSeq - step.fromSeq + 1;
    group.push(step);
  }
  return group;
}
