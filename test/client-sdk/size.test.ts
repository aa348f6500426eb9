import { expect, test } from 'vitest';
import { type Entry, measureAll, table } from './support/size.ts';

/**
 * Bytes, brotli. `goal` is the project's law (issue 5: 5 kB for everything, 2.5 kB for polling only), which is not reached;
 * `limit` is what is, rounded up to the next 50, so that the size cannot grow unnoticed. Lower it with every step there.
 */
const sizes: { readonly [entry in Entry]: { readonly limit: number; readonly goal: number } } = {
  everything: { limit: 8_700, goal: 5_000 },
  'polling only': { limit: 5_650, goal: 2_500 },
};

const measured = await measureAll();

test.each(Object.keys(sizes) as Entry[])('%s grows no further', (entry) => {
  const { limit, goal } = sizes[entry];
  const size = measured[entry];
  const message = `at most ${limit} bytes, and ${goal} is the goal: ${table(entry, size)}`;
  expect(size.brotliBytes, message).toBeLessThanOrEqual(limit);
  expect(size.brotliBytes, `lower the limit: ${message}`).toBeGreaterThan(limit - 200);
});

test('who only polls carries nothing of the push channels', () => {
  const names = measured['polling only'].files.map(([file]) => file);
  expect(names).toContain('channels/poll.js');
  expect(names.filter((name) => /push|socket|transport-ws|appsync|selection|auto\.js/.test(name))).toEqual([]);
});
