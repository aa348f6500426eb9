import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isUnavailable } from '../../../core/unavailable.ts';
import { epochOf, makeChange } from '../../support/make-update.ts';
import { type Fate, faultyClient, watchedClient } from './support/faults.ts';
import { type OpenTable, openTable } from './support/open-table.ts';

const key = { workflow: 'orders', id: 'order-1' };
const cursor = { ...key, endpointId: 'ep_1' };
const target = { ...cursor, tenant: 'default' };

describe('requests that fail', () => {
  let table: OpenTable;
  beforeEach(async () => {
    table = await openTable();
  });
  afterEach(() => table.drop());

  /** Ports whose requests meet these fates one after the other, then pass. */
  function portsMeeting(...fates: readonly Fate[]) {
    const left = [...fates];
    let asked = 0;
    const waits: number[] = [];
    const client = faultyClient(() => {
      asked += 1;
      return left.shift() ?? 'pass';
    });
    const retry = { sleep: async (ms: number) => void waits.push(ms), random: () => 0.5 };
    return { ports: table.ports({ client, retry }), asked: () => asked, waits };
  }

  it('G2: a commit whose answer was lost is ok, once', async () => {
    const { ports, asked } = portsMeeting('lose');
    expect(await ports.log.commit([makeChange()])).toEqual(['ok']);
    expect(asked()).toBe(2);
    expect(await ports.log.read(key, { epoch: epochOf(1), seq: 0 }, 10, 1e9)).toMatchObject({
      updates: [{ seq: 1 }],
      more: false,
    });
  });

  it('S34: the same with intake and idempotency record: no conflict with itself', async () => {
    const { ports } = portsMeeting('lose', 'lose');
    const intake = { put: { ...key, tenant: 'default', intakeAttempt: 1, input: '{}', acceptedAt: 1 } };
    const idempotency = { ...key, tenant: 'default', idempotencyKey: 'k', fingerprint: 'f', expiresAt: 9e15 };
    expect(await ports.log.commit([{ ...makeChange(), intake, idempotency }])).toEqual(['ok']);
  });

  it('S33: throttling and transaction conflicts are waited out, each wait up to twice as long', async () => {
    const { ports, waits } = portsMeeting('throttle', 'conflict', 'throttle', 'conflict');
    expect(await ports.log.commit([makeChange()])).toEqual(['ok']);
    expect(waits).toEqual([12.5, 25, 50, 100]);
  });

  it('S25: what does not pass rejects as unavailable after 8 tries, and nothing is stored', async () => {
    const { ports, asked } = portsMeeting(...Array.from({ length: 8 }, () => 'throttle' as const));
    const error = await ports.log.commit([makeChange()]).catch((reason: unknown) => reason);
    expect([isUnavailable(error), asked()]).toEqual([true, 8]);
    expect(await ports.log.load([key])).toEqual([null]);
  });

  it('S33: what is no passing trouble rejects at once', async () => {
    const { ports, asked } = portsMeeting();
    const change = makeChange({ update: { state: '§'.repeat(10) } });
    const wide = Array.from({ length: 900_000 }, (_, n) => String.fromCodePoint(0x4e00 + ((n * 7919) % 20_000)));
    const update = { ...change.updates[0], state: wide.join('') } as (typeof change.updates)[number];
    await expect(ports.log.commit([{ ...change, updates: [update] }])).rejects.toThrow(/[Ii]tem size/);
    expect(asked()).toBe(1);
  });

  it('S35: a claim whose answer was lost is still had, a rival’s is not', async () => {
    await table.ports().deliveries.wake([target], 10);
    const { ports } = portsMeeting('lose');
    const claim = await ports.deliveries.claim(cursor, 10, 20);
    expect(claim?.delivery.seq).toBe(0);
    expect(await portsMeeting('lose').ports.deliveries.claim(cursor, 10, 20)).toBeNull();
  });

  it('S35: a release whose answer was lost succeeded, a second one does not', async () => {
    await table.ports().deliveries.wake([target], 10);
    const claim = await table.ports().deliveries.claim(cursor, 10, 20);
    if (!claim) throw new Error('not claimed');
    const outcome = { ...claim.delivery, dueAt: null };
    expect(await portsMeeting('lose').ports.deliveries.release(claim, outcome)).toBe(true);
    expect(await portsMeeting().ports.deliveries.release(claim, outcome)).toBe(false);
  });

  it('S31: an endpoint whose removal lost its answer counts as removed, so that its cursors go', async () => {
    const endpoint = { id: 'ep_1', tenant: 't', url: 'https://a.example', filter: {}, secret: 's', createdAt: 1 };
    await table.ports().endpoints.put({ ...endpoint, description: '' });
    expect(await portsMeeting('lose').ports.endpoints.remove('t', 'ep_1')).toBe(true);
    expect(await portsMeeting().ports.endpoints.remove('t', 'ep_1')).toBe(false);
  });

  it('S20: updates that a reader does not see yet are looked for again, not taken for trimmed', async () => {
    await table.ports().log.commit([makeChange({ count: 3 })]);
    let hidden = 0;
    const client = watchedClient((command, output) => {
      if (!command.startsWith('Query') || hidden === 2) return;
      hidden += 1;
      output.Items = [];
    });
    const { log } = table.ports({ client });
    expect(await log.read(key, { epoch: epochOf(1), seq: 0 }, 10, 1e9)).toMatchObject({ updates: [{}, {}, {}] });
    expect(hidden).toBe(2);
  });

  it('G6: updates behind the head that was read are not shown before it', async () => {
    const first = makeChange({ count: 2 });
    await table.ports().log.commit([first]);
    const client = watchedClient((command, output) => {
      // The head of before the last update: what a reader in the middle of its transaction may see.
      const item = output.Item as Record<string, unknown> | undefined;
      if (command.startsWith('Get') && item) item.seq = 1;
    });
    const page = await table.ports({ client }).log.read(key, { epoch: epochOf(1), seq: 0 }, 10, 1e9);
    expect(page).toMatchObject({ updates: [{ seq: 1 }], more: false });
  });

  it('S20: a list shows nothing that its index says of another epoch or status', async () => {
    const first = makeChange({ update: { status: 'FAILED' } });
    await table.ports().log.commit([first]);
    const answers: unknown[] = [];
    const recorder = watchedClient(
      (command, output) => void (command.startsWith('Query') && answers.push(output.Items)),
    );
    const { log } = table.ports({ client: recorder });
    expect((await log.list('default', {}, null, 10, 0)).updates).toHaveLength(1);

    const again = makeChange({ before: first.head, update: { epoch: epochOf(2) } });
    await table.ports().log.commit([again]);
    const stale = watchedClient((command, output) => {
      if (command.startsWith('Query')) output.Items = answers.shift();
    });
    const outdated = table.ports({ client: stale }).log;
    expect(await outdated.list('default', {}, null, 10, 0)).toEqual({ updates: [], next: null });
  });
});
