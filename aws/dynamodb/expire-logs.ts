import { forget } from '../../core/forget.ts';
import type { Log } from '../../core/ports.ts';
import type { Generation } from './generation.ts';
import { expiringHeads, headOf } from './head-item.ts';
import { queryIndex } from './index-query.ts';
import type { Items } from './items.ts';
import { endOfTime } from './names.ts';
import { mergeShards } from './shards.ts';

/** What one run did. */
export interface Expired {
  readonly logs: number;
  /** There may be more: call again. */
  readonly more: boolean;
}

/**
 * Turns logs that have expired into markers, as if they had been forgotten when they expired (S4); the fan-out then
 * removes their updates. Somebody has to call it, by schedule. Readers do not wait for it: expired is absent at once.
 */
export function createExpireLogs(items: Items, { shownHead }: Generation, log: Pick<Log, 'commit'>) {
  return async (now: number, limit: number): Promise<Expired> => {
    const { values, next } = await mergeShards('ascending', limit, (shard) =>
      queryIndex(items, {
        index: 'expiring',
        shard: expiringHeads(shard),
        direction: 'ascending',
        after: null,
        until: endOfTime(now),
        limit: limit + 1,
      }),
    );
    const found = await items.getAll(values);
    const changes = found.flatMap((item) => {
      const head = item ? shownHead(headOf(item)) : null;
      // A redrive, or somebody's forgetting, may have come since the index was written.
      if (!head || head.expiresAt === null || head.expiresAt > now) return [];
      const marker = forget(head, head.expiresAt - 1);
      if (!marker) return [];
      return [{ key: head, expectedVersion: head.version, head: marker, updates: [] }];
    });
    const answers = await log.commit(changes);
    return { logs: answers.filter((answer) => answer === 'ok').length, more: next !== null };
  };
}
