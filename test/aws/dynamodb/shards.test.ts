import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MergedPage, mergeShards, type ShardPage } from '../../../aws/dynamodb/shards.ts';
import { shards } from '../../../aws/dynamodb/table.ts';

/** Sort keys, several of them beyond the basic plane, where UTF-16 sorts otherwise than UTF-8. */
const sortKey = fc.string({ unit: fc.constantFrom('a', 'b', '#', '～', '😀'), minLength: 1, maxLength: 4 });
const entries = fc.uniqueArray(sortKey, { maxLength: 40 });
const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('pages over shards', () => {
  it.each(['ascending', 'descending'] as const)(
    'S36: %s: everything once, in order, whatever the page',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          entries,
          fc.array(fc.nat({ max: shards - 1 }), { minLength: 40, maxLength: 40 }),
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 1, max: 5 }),
          fc.constantFrom('a', 'b', ''),
          async (keys, places, limit, looked, hidden) => {
            const sign = direction === 'ascending' ? 1 : -1;
            const compare = (a: string, b: string): number => sign * bytes(a, b);
            const sorted = [...keys].sort(compare);
            const placed = keys.map((key, index) => ({ key, shard: places[index] ?? 0 }));
            const shown = (key: string): boolean => hidden === '' || !key.startsWith(hidden);
            const found: string[] = [];
            let after: string | null = null;
            for (let pages = 0; pages < 500; pages++) {
              const from: string | null = after;
              const page: MergedPage<string> = await mergeShards(
                direction,
                limit,
                async (shard): Promise<ShardPage<string>> => {
                  const of = placed.filter(
                    (each) => each.shard === shard && (from === null || compare(each.key, from) > 0),
                  );
                  const inOrder = of.map(({ key }) => key).sort(compare);
                  const part = inOrder.slice(0, looked);
                  // A filter leaves some of what was looked at out.
                  const values = part.filter(shown).map((key) => ({ key, value: key }));
                  return { entries: values, lookedTo: inOrder.length > looked ? (part.at(-1) ?? null) : null };
                },
              );
              expect(page.values.length).toBeLessThanOrEqual(limit);
              found.push(...page.values);
              after = page.next;
              if (after === null) break;
            }
            expect(found).toEqual(sorted.filter(shown));
          },
        ),
      );
    },
  );
});
