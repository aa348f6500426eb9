import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forget } from '../../../core/forget.ts';
import type { Head } from '../../../core/head.ts';
import { markerMs } from '../../../core/limits.ts';
import type { IdempotencyRecord } from '../../../core/ports.ts';
import { epochOf, makeChange } from '../../support/make-update.ts';
import { type OpenTable, openTable } from './support/open-table.ts';
import { openStream } from './support/stream.ts';

const key = { workflow: 'orders', id: 'order-1' };
const target = { ...key, endpointId: 'ep_1', tenant: 'default' };
const expiresAt = 1_900_000_000_500;

function recordOf(id: string, idempotencyKey: string, until = 5e12): IdempotencyRecord {
  return { workflow: 'orders', id, tenant: 'default', idempotencyKey, fingerprint: 'f', expiresAt: until };
}

describe('forgetting and expiring', () => {
  let table: OpenTable;
  beforeEach(async () => {
    table = await openTable();
  });
  afterEach(() => table.drop());

  async function storedKeys(): Promise<readonly string[]> {
    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.name, ConsistentRead: true }));
    return Items.map(({ pk, sk }) => `${pk} ${sk}`).sort();
  }

  /** An ended execution with everything that can lie beside it. */
  async function rich(id = 'order-1', idempotencyKey = 'k'): Promise<Head> {
    const { log, deadLetters, deliveries } = table.ports();
    const first = makeChange({ id, count: 2 });
    const intake = { put: { ...key, id, tenant: 'default', intakeAttempt: 1, input: '{}', acceptedAt: 1 } };
    expect(await log.commit([{ ...first, intake, idempotency: recordOf(id, idempotencyKey) }])).toEqual(['ok']);
    const end = makeChange({ before: first.head, update: { status: 'SUCCEEDED' }, head: { expiresAt } });
    await log.commit([end]);
    const letter = { at: 1, reason: 'r', source: 'intake', body: '{}' } as const;
    await deadLetters.add([{ ...letter, id: `01JD${id}`, key: { ...key, id } }]);
    await deliveries.wake([{ ...target, id }], 5);
    return end.head;
  }

  async function forgetNow(head: Head): Promise<void> {
    const marker = forget(head, 10);
    if (!marker) throw new Error('nothing to forget');
    expect(
      await table.ports().log.commit([{ key: head, expectedVersion: head.version, head: marker, updates: [] }]),
    ).toEqual(['ok']);
  }

  async function fanOutAll(): Promise<void> {
    const stream = await openStream(table.name);
    for (let empty = 0; empty < 3; ) {
      const records = await stream.next();
      empty = records.length === 0 ? empty + 1 : 0;
      await table.ports().fanOut(records, async () => {});
    }
  }

  it('S4: with the commit go intake, idempotency record, letters and cursors; updates once they were told', async () => {
    await rich('other', 'k2');
    const others = await storedKeys();
    const head = await rich();
    await forgetNow(head);
    const updates = ['2', '3'].map((seq) => `log#orders#order-1 u#${epochOf(1)}#${seq.padStart(15, '0')}`);
    const left = (await storedKeys()).filter((name) => !others.includes(name));
    expect(left).toEqual(['log#orders#order-1 head', ...updates]);
    await fanOutAll();
    expect((await storedKeys()).filter((name) => !others.includes(name))).toEqual(['log#orders#order-1 head']);
    expect((await storedKeys()).filter((name) => others.includes(name))).toEqual(others);
  });

  it('S4: what a crash right after the commit left, or a late wake made, goes with the fan-out', async () => {
    const head = await rich();
    await forgetNow(head);
    await table.ports().deliveries.wake([target], 50);
    await fanOutAll();
    expect(await storedKeys()).toEqual(['log#orders#order-1 head']);
  });

  it('S26: an idempotency key that another execution uses by now stays that one’s', async () => {
    const head = await rich('order-1', 'again');
    const { log, intakes } = table.ports({ now: () => 6e12 });
    const record = recordOf('order-2', 'again', 7e12);
    expect(await log.commit([{ ...makeChange({ id: 'order-2' }), idempotency: record }])).toEqual(['ok']);
    await forgetNow(head);
    expect(await intakes.findIdempotent('default', 'again', 1)).toEqual(record);
  });

  it('S2: the cursor of a later run under the same name survives a fan-out that comes late', async () => {
    const head = await rich();
    await forgetNow(head);
    const [marker = null] = await table.ports().log.load([key]);
    const next = makeChange({ before: marker, update: { epoch: epochOf(2) }, head: { goneUntil: null } });
    expect(await table.ports().log.commit([next])).toEqual(['ok']);
    const { deliveries } = table.ports();
    await deliveries.wake([target], 60);
    const claim = await deliveries.claim(target, 60, 70);
    if (!claim) throw new Error('not claimed');
    await deliveries.release(claim, { ...claim.delivery, epoch: epochOf(2), seq: 1, dueAt: 80 });
    await fanOutAll();
    expect(await deliveries.due(80, 10)).toEqual([{ ...key, endpointId: 'ep_1' }]);
  });

  it('S4: TTL comes a marker’s life after the end, in whole seconds, and never for what is open', async () => {
    await table.ports().log.commit([makeChange({ id: 'open' })]);
    await rich();
    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.name }));
    const ttlOf = (pk: string) => Items.find((item) => item.pk === pk && item.sk === 'head')?.ttl;
    expect(ttlOf('log#orders#open')).toBeUndefined();
    expect(ttlOf('log#orders#order-1')).toBe(Math.ceil((expiresAt + markerMs) / 1000));
    expect(Items.filter(({ sk }) => String(sk).startsWith('u#')).every(({ ttl }) => ttl === undefined)).toBe(true);
  });

  it('S4: an expired log becomes a marker as if forgotten when it expired; others stay', async () => {
    await rich('young', 'k2');
    const head = await rich();
    const later = makeChange({ before: head, count: 0, head: { expiresAt: expiresAt - 1 } });
    const { log, expireLogs } = table.ports();
    await log.commit([later]);
    expect(await expireLogs(expiresAt - 2, 10)).toEqual({ logs: 0, more: false });
    expect(await expireLogs(expiresAt - 1, 10)).toEqual({ logs: 1, more: false });
    const [marker, young] = await log.load([key, { ...key, id: 'young' }]);
    expect(marker).toMatchObject({ last: null, goneUntil: expiresAt - 2 + markerMs, expiresAt: null });
    expect(young?.last?.status).toBe('SUCCEEDED');
    expect(await expireLogs(expiresAt - 1, 10)).toEqual({ logs: 0, more: false });
  });

  it('S4: expiring goes on where a limit cut it', async () => {
    for (const id of ['a', 'b', 'c']) await rich(id, id);
    const { expireLogs } = table.ports();
    expect(await expireLogs(expiresAt, 2)).toEqual({ logs: 2, more: true });
    expect(await expireLogs(expiresAt, 2)).toEqual({ logs: 1, more: false });
  });
});
