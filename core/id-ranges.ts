/**
 * A set of whole numbers as sorted, disjoint, inclusive ranges. History ids are nearly contiguous, so 25,000 of them
 * (the most a history has, AWS quota) are a handful of numbers.
 */
export type IdRanges = readonly (readonly [from: number, to: number])[];

export function hasId(ranges: IdRanges, id: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (!range) return false;
    if (id < range[0]) high = middle - 1;
    else if (id > range[1]) low = middle + 1;
    else return true;
  }
  return false;
}

/** The set with `id` in it. */
export function addId(ranges: IdRanges, id: number): IdRanges {
  if (hasId(ranges, id)) return ranges;
  const at = ranges.findIndex(([from]) => from > id);
  const index = at === -1 ? ranges.length : at;
  const before = ranges[index - 1];
  const after = ranges[index];
  const from = before?.[1] === id - 1 ? before[0] : id;
  const to = after?.[0] === id + 1 ? after[1] : id;
  const start = from === id ? index : index - 1;
  const stop = to === id ? index : index + 1;
  return [...ranges.slice(0, start), [from, to], ...ranges.slice(stop)];
}
