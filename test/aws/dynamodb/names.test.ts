import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joined, logPk, padTime, updateSk } from '../../../aws/dynamodb/names.ts';
import { epochOf, makeChange } from '../../support/make-update.ts';
import { type OpenTable, openTable } from './support/open-table.ts';
import { openStream } from './support/stream.ts';

/** Any string of JavaScript, halves of surrogate pairs included. */
const anyName = fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 90 });
/** Few and short, so that lists which only an escape keeps apart come up often. */
const oddName = fc.string({ unit: fc.constantFrom('#', '%', '%0023', 'a', '\ud800', '�'), maxLength: 2 });
const names = fc.oneof(
  fc.array(anyName, { minLength: 1, maxLength: 3 }),
  fc.array(oddName, { minLength: 1, maxLength: 3 }),
);

describe('names in keys', () => {
  it('S33: different names give different keys, whatever they hold', () => {
    fc.assert(
      fc.property(names, names, (a, b) => {
        expect(joined(...a) === joined(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
        // As bytes, too: that is what is stored.
        expect(Buffer.from(joined(...a)).equals(Buffer.from(joined(...b)))).toBe(
          JSON.stringify(a) === JSON.stringify(b),
        );
      }),
      { numRuns: 5_000 },
    );
  });

  it('S33: keys stay within DynamoDB’s bounds, and long names stay different', () => {
    const long = (end: string): string => 'é'.repeat(5_000) + end;
    expect(Buffer.byteLength(joined(long('a'), long('b'), long('c')))).toBeLessThan(1_000);
    expect(joined(long('a'))).not.toBe(joined(long('b')));
    expect(joined(`${'a'.repeat(400)}\ud800`)).not.toBe(joined(`${'a'.repeat(400)}\ud801`));
  });

  it('S36: sort keys sort by epoch, then by number', () => {
    const keys = [
      updateSk(epochOf(1), 9),
      updateSk(epochOf(1), 10),
      updateSk(epochOf(1), 1e14),
      updateSk(epochOf(2), 1),
    ];
    expect([...keys].sort()).toEqual(keys);
    expect([padTime(-1), padTime(5), padTime(10), padTime(1e300)].sort()).toEqual([
      padTime(-1),
      padTime(5),
      padTime(10),
      padTime(1e300),
    ]);
  });
});

describe('odd names in the table', () => {
  let table: OpenTable;
  beforeEach(async () => {
    table = await openTable();
  });
  afterEach(() => table.drop());

  /** Step Functions refuses some of these for new machines; other sources may bring them, and old machines have them. */
  const pairs = [
    ['a', 'b#c'],
    ['a#b', 'c'],
    ['a%0023b', 'c'],
    ['a', ''],
    ['Ünïcødé', '注文-№42'],
    ['😀', '👩‍👩‍👧'],
    ['\ud83d', '\ude00'],
    ['�', '�'],
    ["!@()-_=+'.", ' spaced out '],
    ['head', 'u#1'],
    ['"\\,;:|~`$&*?<>{}[]^', '\u0001\u007f'],
    ['x'.repeat(80), 'é'.repeat(80)],
  ] as const;

  it('S33: every pair of names is an execution of its own, on every way through the table', async () => {
    const { log, deliveries, intakes, fanOut } = table.ports();
    const changes = pairs.map(([workflow, id], n) => ({
      ...makeChange({ id, update: { workflow, state: `state ${n}` }, head: { workflow, id, dueAt: n } }),
      intake: { put: { workflow, id, tenant: 'default', intakeAttempt: 1, input: `${n}`, acceptedAt: n } },
    }));
    expect(new Set(pairs.map(([workflow, id]) => logPk({ workflow, id }))).size).toBe(pairs.length);
    expect(await log.commit(changes)).toEqual(pairs.map(() => 'ok'));
    const keys = changes.map(({ key }) => key);
    expect((await log.load(keys)).map((head) => head?.last?.state)).toEqual(changes.map((_, n) => `state ${n}`));
    for (const [n, key] of keys.entries()) {
      const page = await log.read(key, { epoch: epochOf(1), seq: 0 }, 10, 1e9);
      expect(page).toMatchObject({ updates: [{ ...key, state: `state ${n}` }], more: false });
      expect((await intakes.load(key))?.input).toBe(`${n}`);
      const listed = (await log.list('default', { workflow: key.workflow }, null, 50, 0)).updates;
      expect(listed.map(({ id }) => id)).toContain(key.id);
      expect(listed.every(({ workflow }) => workflow === key.workflow)).toBe(true);
    }
    expect((await log.list('default', {}, null, 50, 0)).updates).toHaveLength(pairs.length);
    expect((await log.open(99, null, 50)).heads.map(({ workflow, id }) => ({ workflow, id }))).toEqual(keys);
    expect((await intakes.pending(null, 50)).records).toHaveLength(pairs.length);

    const targets = keys.map((key, n) => ({ ...key, endpointId: `ep#${n % 2}`, tenant: 'tenant#1%' }));
    await deliveries.wake(targets, 5);
    const due = await deliveries.due(5, 50);
    expect(due).toHaveLength(pairs.length);
    expect(due).toEqual(expect.arrayContaining(targets.map(({ tenant: _, ...rest }) => rest)));
    const [, , , , , sixth] = targets;
    expect(sixth && (await deliveries.claim(sixth, 5, 9))?.delivery.tenant).toBe('tenant#1%');

    const told: string[] = [];
    const stream = await openStream(table.name);
    while (told.length < pairs.length) {
      await fanOut(await stream.next(), async (updates) => {
        told.push(...updates.map(({ workflow, id }) => JSON.stringify([workflow, id])));
      });
    }
    expect(told.sort()).toEqual(pairs.map((pair) => JSON.stringify(pair)).sort());
  });
});
