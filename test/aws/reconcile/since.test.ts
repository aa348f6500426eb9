import { expect, it } from 'vitest';
import { sinceOf } from '../../../handlers/reconcile/since.ts';

function marksOf() {
  const stored = new Map<string, string>();
  return {
    get: async (name: string) => stored.get(name) ?? null,
    put: async (name: string, text: string) => void stored.set(name, text),
  };
}

it('a deployment begins with the first run of its reconciler, and remembers when that was', async () => {
  const marks = marksOf();
  expect(await sinceOf(marks, null, () => 1_000)).toBe(1_000);
  expect(await sinceOf(marks, null, () => 9_000)).toBe(1_000);
});

it('the time that was given wins, also over what is remembered', async () => {
  const marks = marksOf();
  await sinceOf(marks, null, () => 5_000);
  expect(await sinceOf(marks, 0, () => 9_000)).toBe(0);
});
