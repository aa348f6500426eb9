import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addId, hasId, type IdRanges } from '../../core/id-ranges.ts';

it('S8: ranges hold the same numbers as a set, in any order of adding, in the fewest ranges', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60)), (ids) => {
      const ranges = ids.reduce<IdRanges>((known, id) => addId(known, id), []);
      const set = new Set(ids);
      for (let id = -1; id <= 61; id += 1) expect(hasId(ranges, id)).toBe(set.has(id));
      for (const [index, [from, to]] of ranges.entries()) {
        expect(from).toBeLessThanOrEqual(to);
        const next = ranges[index + 1];
        if (next) expect(next[0]).toBeGreaterThan(to + 1);
      }
      expect(addId(ranges, ids[0] ?? 0).length).toBe(ids.length === 0 ? 1 : ranges.length);
    }),
  );
});

it('S8: a history of 25,000 contiguous events is one range', () => {
  let ranges: IdRanges = [];
  for (let id = 25_000; id >= 1; id -= 1) ranges = addId(ranges, id);
  expect(ranges).toEqual([[1, 25_000]]);
});
