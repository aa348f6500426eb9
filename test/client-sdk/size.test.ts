import { expect, test } from 'vitest';
import { type Entry, measure, table } from './support/size.ts';

/** Bytes, brotli. */
const limits: { readonly [entry in Entry]: number } = { everything: 5_000, 'polling only': 2_500 };

test.each(Object.keys(limits) as Entry[])('%s fits its size', async (entry) => {
  const size = await measure(entry);
  expect(size.brotliBytes, table(entry, size)).toBeLessThanOrEqual(limits[entry]);
});

test('who only polls carries nothing of the push channels', async () => {
  const { files } = await measure('polling only');
  const names = files.map(([file]) => file);
  expect(names).toContain('channels/poll.ts');
  expect(names.filter((name) => /push|socket|transport-ws|appsync|selection|auto\.ts/.test(name))).toEqual([]);
});
