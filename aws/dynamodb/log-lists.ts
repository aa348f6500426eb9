import type { Update } from '../../core/contract.ts';
import type { Head } from '../../core/head.ts';
import type { ListFilter, Log } from '../../core/ports.ts';
import type { Generation } from './generation.ts';
import { dueHeads, headOf, isListed, listKey, listShard } from './head-item.ts';
import { type IndexQuery, queryIndex } from './index-query.ts';
import type { Expression, Items, Stored } from './items.ts';
import { endOfTime, logPk } from './names.ts';
import { decodePageCursor, encodePageCursor } from './page-cursor.ts';
import { mergeShards } from './shards.ts';

/** Entries looked at per shard where a filter may leave most of them out. */
const filteredLook = 500;

/**
 * `Log.list` and `Log.open`: an index tells where to look, the heads themselves, read strongly, tell what is so. An
 * index follows within moments; what it does not know yet is missing, and nothing outdated is shown.
 */
export function createLogLists(items: Items, { shownHead }: Generation): Pick<Log, 'list' | 'open'> {
  /** Heads of index entries that still are what the entry says. */
  async function headsOf(entries: readonly Stored[], isSo: (head: Head, entry: Stored) => boolean) {
    const found = await items.getAll(entries);
    return entries.flatMap((entry, index) => {
      const item = found[index];
      const head = item ? headOf(item) : null;
      return head && isSo(head, entry) ? [head] : [];
    });
  }

  return {
    async list(tenant, filter, cursor, limit, now) {
      const after = decodePageCursor('executions', cursor);
      const condition = conditionOf(filter);
      const query: Omit<IndexQuery, 'shard'> = {
        index: 'listed',
        direction: 'descending',
        after,
        limit: condition ? Math.max(limit + 1, filteredLook) : limit + 1,
        ...(condition ? { filter: condition } : {}),
      };
      const { values, next } = await mergeShards('descending', limit, (shard) =>
        queryIndex(items, { ...query, shard: listShard(tenant, shard) }),
      );
      const heads = await headsOf(
        values,
        (head, entry) =>
          head.tenant === tenant &&
          isListed(head) &&
          // The entry of an older epoch: the log has moved to another place of the list.
          listKey(head) === entry.listKey &&
          (head.expiresAt === null || head.expiresAt > now) &&
          matches(head.last, filter),
      );
      const updates = heads.flatMap((head) => shownHead(head).last ?? []);
      return { updates, next: next === null ? null : encodePageCursor('executions', next) };
    },

    async open(dueBefore, cursor, limit) {
      const after = decodePageCursor('open', cursor);
      const until = endOfTime(dueBefore);
      const { values, next } = await mergeShards('ascending', limit, (shard) =>
        queryIndex(items, {
          index: 'due',
          shard: dueHeads(shard),
          direction: 'ascending',
          after,
          until,
          limit: limit + 1,
        }),
      );
      const heads = await headsOf(values, ({ dueAt }) => dueAt !== null && dueAt <= dueBefore);
      return { heads: heads.map(shownHead), next: next === null ? null : encodePageCursor('open', next) };
    },
  };
}

function matches(last: Update | null, { workflow, status }: ListFilter): boolean {
  return (workflow === undefined || last?.workflow === workflow) && (status === undefined || last?.status === status);
}

/** What the index can leave out by itself. A head's `pk` begins with its workflow. */
function conditionOf({ workflow, status }: ListFilter): Expression | null {
  const parts: Expression[] = [];
  if (workflow !== undefined) {
    const prefix = logPk({ workflow, id: '' });
    parts.push({ text: 'begins_with(pk, :prefix)', values: { ':prefix': prefix } });
  }
  if (status !== undefined) {
    parts.push({ text: '#status = :status', values: { ':status': status } });
  }
  if (parts.length === 0) return null;
  return {
    text: parts.map(({ text }) => text).join(' AND '),
    ...(status === undefined ? {} : { names: { '#status': 'status' } }),
    values: Object.assign({}, ...parts.map(({ values }) => values)),
  };
}
