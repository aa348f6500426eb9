import type { Log, LogKey, LogPage } from '../../core/ports.ts';
import type { Generation } from './generation.ts';
import { headOf } from './head-item.ts';
import type { Items } from './items.ts';
import { headKey, logPk } from './names.ts';
import { readSpan } from './read-span.ts';
import { pauseAfter, type RetryOptions } from './retry.ts';

/** How often a hole is looked at before it counts as one. */
const looks = 6;

/**
 * `Log.load` and `Log.read`. A transaction is atomic for other transactions only: for a moment a reader may see its head
 * and not yet its updates (AWS, "Isolation levels"). So what lies behind the head is not shown, and what is missing
 * before it is looked for again before the page says `trimmed`.
 */
export function createLogReads(
  items: Items,
  { shownHead, storedEpoch, shownUpdate }: Generation,
  retry: RetryOptions,
): Pick<Log, 'load' | 'read'> {
  async function look(key: LogKey, epoch: string, after: number, limit: number, maxBytes: number) {
    const head = await items.get(headKey(key));
    // Another epoch, ahead of the head, or forgotten: only a snapshot helps the reader (S20).
    if (head?.epoch !== epoch || after > Number(head.seq)) return { type: 'trimmed', hole: false } as const;
    if (head.gone === true && Number(head.seq) > 0) return { type: 'trimmed', hole: false } as const;
    const newest = Number(head.seq);
    const to = Math.min(after + limit, newest);
    if (to <= after) return { type: 'page', updates: [], more: newest > after } as const;
    const { updates, hole } = await readSpan(items, { pk: logPk(key), epoch, from: after + 1, to, maxBytes });
    if (hole && updates.length === 0) return { type: 'trimmed', hole } as const;
    return { type: 'page', updates: updates.map(shownUpdate), more: newest > after + updates.length } as const;
  }

  return {
    async load(keys) {
      const found = await items.getAll(keys.map(headKey));
      return found.map((item) => item && shownHead(headOf(item)));
    },

    async read(key, after, limit, maxBytes): Promise<LogPage> {
      const epoch = storedEpoch(after.epoch);
      for (let tries = 1; ; tries++) {
        const found = await look(key, epoch, after.seq, limit, maxBytes);
        if (found.type === 'page') return found;
        if (!found.hole || tries >= looks) return { type: 'trimmed' };
        await pauseAfter(tries, retry);
      }
    },
  };
}
