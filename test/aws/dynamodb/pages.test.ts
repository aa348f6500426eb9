import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Head } from '../../../core/head.ts';
import { epochOf, makeChange } from '../../support/make-update.ts';
import { watchedClient } from './support/faults.ts';
import { type OpenTable, openTable } from './support/open-table.ts';

const key = { workflow: 'orders', id: 'order-1' };
/** Text that hardly gets smaller by compression. */
const noise = (bytes: number): string =>
  randomBytes(Math.ceil((bytes * 3) / 4))
    .toString('base64')
    .slice(0, bytes);

describe('bounds of pages, batches and transactions', () => {
  let table: OpenTable;
  beforeEach(async () => {
    table = await openTable();
  });
  afterEach(() => table.drop());

  it('S33: 99 updates with intake and idempotency record are one transaction of at most 100 items', async () => {
    const sizes: number[] = [];
    const client = watchedClient((command, _output, { TransactItems }) => {
      if (command.startsWith('TransactWrite')) sizes.push((TransactItems as unknown[]).length);
    });
    const change = makeChange({ count: 99, update: { state: noise(8_000) } });
    const intake = { put: { ...key, tenant: 'default', intakeAttempt: 1, input: noise(256 * 1024), acceptedAt: 1 } };
    const idempotency = { ...key, tenant: 'default', idempotencyKey: 'k', fingerprint: 'f', expiresAt: 9e12 };
    const { log, intakes } = table.ports({ client });
    expect(await log.commit([{ ...change, intake, idempotency }])).toEqual(['ok']);
    expect(sizes).toHaveLength(1);
    expect(sizes[0]).toBeLessThanOrEqual(100);
    expect(await intakes.load(key)).toEqual(intake.put);
    const page = await log.read(key, { epoch: epochOf(1), seq: 0 }, 1_000, 1e9);
    expect(page).toEqual({ type: 'page', updates: change.updates, more: false });
  });

  it('S34: the largest input is stored whatever it is made of', async () => {
    for (const [n, input] of ['"'.repeat(256 * 1024), '\\'.repeat(256 * 1024), '§'.repeat(128 * 1024)].entries()) {
      const id = `order-${n}`;
      const record = { ...key, id, tenant: 'default', intakeAttempt: 1, input, acceptedAt: 1 };
      expect(await table.ports().log.commit([{ ...makeChange({ id }), intake: { put: record } }])).toEqual(['ok']);
      expect(await table.ports().intakes.load({ ...key, id })).toEqual(record);
    }
  });

  it('S20: pages over what one query cannot answer (1 MB), by any limit and from any position', async () => {
    let head: Head | null = null;
    const seqs: number[] = [];
    const { log } = table.ports();
    for (const count of [99, 1, 60, 7, 99]) {
      // Each update its own noise: equal ones would be compressed away.
      const plain: ReturnType<typeof makeChange> = makeChange({ before: head, count });
      const updates = plain.updates.map((update) => ({ ...update, state: noise(7_000) }));
      expect(await log.commit([{ ...plain, updates }])).toEqual(['ok']);
      head = plain.head;
      seqs.push(...updates.map(({ seq }) => seq));
    }
    for (const limit of [50, 99, 170, 1_000]) {
      const read: number[] = [];
      for (let more = true; more; ) {
        const page = await log.read(key, { epoch: epochOf(1), seq: read.length }, limit, 1e9);
        if (page.type !== 'page') throw new Error('trimmed');
        expect(page.updates.length).toBeLessThanOrEqual(limit);
        read.push(...page.updates.map(({ seq }) => seq));
        more = page.more;
      }
      expect(read).toEqual(seqs);
    }
    for (const seq of [0, 42, 98, 99, 100, 159, 265]) {
      const page = await log.read(key, { epoch: epochOf(1), seq }, 3, 1e9);
      const expected = [seq + 1, seq + 2, seq + 3].filter((next) => next <= 266);
      expect(page.type === 'page' && page.updates.map((update) => update.seq)).toEqual(expected);
    }
  });

  it('S33: loads more heads than one request takes or answers (100 keys, 16 MB), repeated keys included', async () => {
    let cut = 0;
    const client = watchedClient((command, output) => {
      if (!command.startsWith('BatchGet') || cut >= 4) return;
      cut += 1;
      // As DynamoDB does beyond 16 MB: the rest has to be asked for again.
      const responses = output.Responses as Record<string, { pk: string; sk: string }[]>;
      const left = responses[table.name]?.splice(5) ?? [];
      output.UnprocessedKeys = { [table.name]: { Keys: left.map(({ pk, sk }) => ({ pk, sk })) } };
    });
    const ids = Array.from({ length: 130 }, (_, n) => `x${n}`);
    await table.ports().log.commit(ids.map((id) => makeChange({ id })));
    const asked = [...ids, ...ids.slice(0, 5), 'none'];
    const heads = await table.ports({ client }).log.load(asked.map((id) => ({ ...key, id })));
    expect(heads.map((head) => head?.id ?? 'none')).toEqual(asked);
    expect(cut).toBe(4);
  });

  it('S33: lists and due heads page over many shards and filters without loss or repeat', async () => {
    const { log } = table.ports();
    const n = 60;
    const changes = Array.from({ length: n }, (_, i) =>
      makeChange({
        id: `x${i}`,
        update: { epoch: epochOf(i), status: i % 7 === 0 ? 'FAILED' : 'RUNNING', workflow: i % 2 ? 'a' : 'ab' },
        head: { dueAt: i % 10 },
      }),
    );
    await log.commit(changes);
    for (const limit of [1, 4, 100]) {
      const listed: string[] = [];
      for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
        const page = await log.list('default', { workflow: 'a', status: 'FAILED' }, cursor, limit, 0);
        listed.push(...page.updates.map(({ id }) => id));
        cursor = page.next;
      }
      expect(listed).toEqual(['x49', 'x35', 'x21', 'x7']);
    }
    const due: number[] = [];
    for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
      const page = await log.open(8, cursor, 7);
      due.push(...page.heads.map(({ dueAt }) => dueAt ?? -1));
      cursor = page.next;
    }
    expect(due).toEqual(changes.flatMap(({ head }) => (head.dueAt === 9 ? [] : [head.dueAt ?? -1])).sort());
  });

  it('G8: an endpoint with more cursors than one page is removed whole', async () => {
    const small = watchedClient(
      () => {},
      (command, input) => {
        if (command.startsWith('Query')) input.Limit = 3;
      },
    );
    const { deliveries } = table.ports();
    const targets = Array.from({ length: 70 }, (_, n) => ({ ...key, id: `x${n}`, endpointId: 'ep_1', tenant: 't' }));
    await deliveries.wake(targets, 1);
    await table.ports({ client: small }).deliveries.removeEndpoint('ep_1');
    expect(await deliveries.due(10, 100)).toEqual([]);
    expect(await deliveries.nextDue()).toBeNull();
  });
});
