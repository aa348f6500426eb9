import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../core/access.ts';
import { encodeCursor } from '../../../core/cursor.ts';
import { epoch, graphqlOf, headOf, logOf, now, type ReadLog, reader, updateOf } from './support.ts';

const olderEpoch = '01JC0000000000000000000000';
/** Of an earlier run under the same name, still stored. */
const older = [1, 2].map((seq) => updateOf({ epoch: olderEpoch, seq }));
const updates = [...older, ...[1, 2, 3].map((seq) => updateOf({ seq }))];
const last = updateOf({ seq: 3 });
const log = logOf(headOf(last), updates);

async function status(of: ReadLog, caller: Caller = reader) {
  const query = '{ status(workflow: "orders", id: "order-1") { seq output } }';
  return (await graphqlOf(of).executeQuery({ query }, caller)).data?.status;
}

async function page(args: { after?: string; limit?: number; log?: ReadLog; caller?: Caller }) {
  const query = `query ($after: String, $limit: Int) {
    updates(workflow: "orders", id: "order-1", after: $after, limit: $limit) {
      updates { seq } snapshot { seq cursor } next more
    }
  }`;
  const { after, limit } = args;
  const graphql = graphqlOf(args.log ?? log);
  return JSON.parse(
    JSON.stringify(await graphql.executeQuery({ query, variables: { after, limit } }, args.caller ?? reader)),
  );
}

const cursor = (seq: number, ofEpoch = epoch): string => encodeCursor({ epoch: ofEpoch, seq });

describe('Query.status', () => {
  it('answers the latest update', async () => {
    expect(await status(log)).toEqual({ seq: 3, output: null });
  });

  it('S27: output is a JSON string on the wire, and null stays null', async () => {
    const done = (output: NonNullable<typeof last.output>) => logOf(headOf({ ...last, output }), []);
    expect(await status(done({ total: 42 }))).toEqual({ seq: 3, output: '{"total":42}' });
    expect(await status(done('text'))).toEqual({ seq: 3, output: '"text"' });
  });

  it('S26: absent, foreign, unowned, expired and forgotten all answer null', async () => {
    const hidden: readonly ReadLog[] = [
      logOf(headOf(last, { id: 'another' }), []),
      logOf(headOf(updateOf({ tenant: 'foreign' })), []),
      logOf(headOf(null), []),
      logOf(headOf(last, { tenant: null }), []),
      logOf(headOf(last, { expiresAt: now }), []),
      logOf(headOf(last, { goneUntil: now + 1 }), []),
    ];
    for (const each of hidden) expect(await status(each)).toBeNull();
    expect(await status(logOf(headOf(last, { expiresAt: now + 1 }), []))).not.toBeNull();
  });

  it('S28: a watch token sees what it names and nothing else', async () => {
    const named = (id: string): Caller => ({
      type: 'token',
      tenant: 'default',
      grant: { type: 'executions', executions: [{ workflow: 'orders', id }] },
      expiresAt: now + 1,
    });
    expect(await status(log, named('order-1'))).not.toBeNull();
    expect(await status(log, named('order-2'))).toBeNull();
    expect(await status(log, { ...reader, scopes: ['start'] })).toBeNull();
  });
});

describe('Query.updates', () => {
  it('S20: pages from the first without a cursor, and on from the cursor', async () => {
    expect((await page({ limit: 2 })).data.updates).toEqual({
      updates: [{ seq: 1 }, { seq: 2 }],
      snapshot: null,
      next: cursor(2),
      more: true,
    });
    expect((await page({ after: cursor(2) })).data.updates).toEqual({
      updates: [{ seq: 3 }],
      snapshot: null,
      next: cursor(3),
      more: false,
    });
  });

  it('S20: an empty page has next = after', async () => {
    const empty = { updates: [], snapshot: null, next: cursor(3), more: false };
    expect((await page({ after: cursor(3) })).data.updates).toEqual(empty);
  });

  it('S20: a cursor of another epoch, trimmed, or beyond the head gets a snapshot', async () => {
    const snapshot = { updates: [], snapshot: { seq: 3, cursor: cursor(3) }, next: cursor(3), more: false };
    const trimmed = logOf(headOf(last), updates, 3);
    expect((await page({ after: cursor(1, olderEpoch) })).data.updates).toEqual(snapshot);
    expect((await page({ after: cursor(4) })).data.updates).toEqual(snapshot);
    expect((await page({ after: cursor(1), log: trimmed })).data.updates).toEqual(snapshot);
    expect((await page({ log: trimmed })).data.updates).toEqual(snapshot);
    expect((await page({ after: cursor(2), log: trimmed })).data.updates.updates).toEqual([{ seq: 3 }]);
  });

  it('S20: nothing stored below the head is a snapshot, never a silent hole', async () => {
    expect((await page({ log: logOf(headOf(last), []) })).data.updates.snapshot).toEqual({ seq: 3, cursor: cursor(3) });
  });

  it('S20: a malformed cursor and a limit out of bounds are errors', async () => {
    for (const wrong of [{ after: 'nonsense' }, { limit: 0 }, { limit: 1_001 }]) {
      const { data, errors } = await page(wrong);
      expect(data).toEqual({ updates: null });
      expect(errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT' });
    }
  });

  it('S26: what may not be seen is null, whatever the cursor', async () => {
    expect((await page({ caller: { ...reader, tenant: 'foreign' } })).data).toEqual({ updates: null });
    expect((await page({ after: cursor(9), caller: { ...reader, tenant: 'foreign' } })).data).toEqual({
      updates: null,
    });
  });
});

it('S26: an unexpected error shows an id, never its cause', async () => {
  const broken: ReadLog = { ...log, load: () => Promise.reject(new Error('no such table: secrets')) };
  const reported: unknown[] = [];
  const graphql = graphqlOf(broken, (error) => `E${reported.push(error)}`);
  const result = await graphql.executeQuery({ query: '{ status(workflow: "a", id: "b") { seq } }' }, reader);
  expect(JSON.stringify(result)).not.toContain('secrets');
  expect(result.errors?.[0]).toMatchObject({ message: 'Unexpected error E1.', path: ['status'] });
  expect(reported).toHaveLength(1);
});
