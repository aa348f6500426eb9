import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenTable, openTable } from './support/open-table.ts';

let table: OpenTable;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.drop());

it('a mark is what was written last, under any name', async () => {
  const { marks } = table.ports();
  const name = 'list new arn:aws:states:eu-west-1:111122223333:stateMachine:orders#1';
  expect(await marks.get(name)).toBeNull();
  await marks.put(name, '{"began":1}');
  await marks.put(name, '{"began":2}');
  expect(await marks.get(name)).toBe('{"began":2}');
  expect(await marks.get(`${name}0`)).toBeNull();
});
