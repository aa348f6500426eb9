import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../../core/ports.ts';
import type { SendOutcome } from '../../../handlers/webhooks/send.ts';
import { type Bench, createBench, deliveryKey, endpointOf, ok, seqs, status, updateOf, updatesOf } from './bench.ts';

const minute = 60_000;

async function setUp(updates = 2): Promise<Bench> {
  const bench = createBench();
  await bench.store.endpoints.put(endpointOf());
  await bench.publish(updatesOf(1, updates));
  return bench;
}

/** The stored cursor, seen through a claim that is given back. */
async function cursorOf({ store, time }: Bench): Promise<Delivery> {
  const at = Number.MAX_SAFE_INTEGER - 1;
  const claim = await store.deliveries.claim(deliveryKey, at, at);
  if (!claim) throw new Error(`not claimable at ${time.now}`);
  await store.deliveries.release(claim, claim.delivery);
  return claim.delivery;
}

test.each<[string, SendOutcome]>([
  ['a redirect', status(302)],
  ['not modified', status(304)],
  ['gone', status(410)],
  ['a server error', status(503)],
  ['an informational answer', status(199)],
  ['no answer', { type: 'failed', reason: 'no answer within 15000 ms' }],
])('S32: %s is a failure, retried by the schedule', async (_, outcome) => {
  const bench = await setUp();
  bench.endpoint.answer = () => outcome;
  const reason = outcome.type === 'failed' ? outcome.reason : `status ${outcome.status}`;
  const dueAt = bench.time.now + 5_000;
  expect(await bench.deliverer().deliver(deliveryKey)).toEqual({ type: 'failed', sent: 0, dueAt, reason });
  expect(seqs(bench.requests)).toEqual([1]);
  expect(await bench.store.deliveries.nextDue()).toBe(dueAt);
  expect(await bench.deliverer().deliver(deliveryKey)).toEqual({ type: 'skipped', sent: 0 });
});

test.each([200, 201, 202, 204, 299])('status %i is success', async (code) => {
  const bench = await setUp();
  bench.endpoint.answer = () => status(code);
  expect(await bench.deliverer().deliver(deliveryKey)).toEqual({ type: 'caught-up', sent: 2 });
});

test('S31: every retry sends the same id and bytes, with a timestamp and signature of its own', async () => {
  const bench = await setUp();
  bench.endpoint.answer = () => status(500);
  for (let attempt = 0; attempt < 3; attempt++) {
    const result = await bench.deliverer().deliver(deliveryKey);
    if (result.type === 'failed') bench.time.now = result.dueAt;
    await bench.publish([updateOf(3 + attempt)]);
  }
  const { requests } = bench;
  expect(requests).toHaveLength(3);
  expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
  expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(requests.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3);
  expect(new Set(requests.map(({ headers }) => headers['webhook-signature'])).size).toBe(3);
});

describe('S32: failures are counted per (endpoint, execution)', () => {
  test('over updates that only pass by, and until a success', async () => {
    const bench = await setUp(1);
    bench.endpoint.answer = () => status(500);
    const since = bench.time.now;
    const waits: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      const result = await bench.deliverer().deliver(deliveryKey);
      if (result.type !== 'failed') throw new Error(result.type);
      waits.push(result.dueAt - bench.time.now);
      bench.time.now = result.dueAt;
    }
    expect(waits).toEqual([5_000, 5 * minute, 30 * minute, 120 * minute]);
    expect(await cursorOf(bench)).toMatchObject({ seq: 0, sentSeq: null, failures: 4, failingSince: since });
    bench.endpoint.answer = () => ok;
    await bench.deliverer().deliver(deliveryKey);
    await bench.publish([updateOf(2)]);
    expect(await cursorOf(bench)).toMatchObject({ seq: 1, sentSeq: 1, failures: 0, failingSince: null });
  });

  test('a new update does not shorten the wait', async () => {
    const bench = await setUp(1);
    bench.endpoint.answer = () => status(500);
    const result = await bench.deliverer().deliver(deliveryKey);
    await bench.publish([updateOf(2)]);
    expect(await bench.store.deliveries.nextDue()).toBe(result.type === 'failed' ? result.dueAt : null);
  });

  test('a later update fails after earlier ones were accepted: the cursor stands before it', async () => {
    const bench = await setUp(3);
    bench.endpoint.answer = ({ body }) => (JSON.parse(body).data.seq === 3 ? status(500) : ok);
    expect(await bench.deliverer().deliver(deliveryKey)).toMatchObject({ type: 'failed', sent: 2 });
    expect(await cursorOf(bench)).toMatchObject({ seq: 2, sentSeq: 2, failures: 1 });
  });
});

test.each([
  ['60', 60_000],
  ['3', 5_000],
  ['315360000', 24 * 60 * minute],
  ['whenever', 5_000],
])('Retry-After: %s makes the first retry wait %i ms', async (header, wait) => {
  const bench = await setUp();
  bench.endpoint.answer = () => status(429, header);
  expect(await bench.deliverer().deliver(deliveryKey)).toMatchObject({ dueAt: bench.time.now + wait });
});

test('another schedule and jitter are taken', async () => {
  const bench = await setUp();
  bench.endpoint.answer = () => status(500);
  const schedule = { delaysMs: [40], jitter: 0.5, maxHintMs: 0 } as const;
  const result = await bench.deliverer({ schedule, random: () => 0.5 }).deliver(deliveryKey);
  expect(result).toMatchObject({ dueAt: bench.time.now + 50 });
});

test('property: any pattern of answers gives each seq in order, accepted once', async () => {
  const answers = fc.array(fc.constantFrom(200, 204, 301, 410, 429, 500, 503), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(answers, fc.integer({ min: 1, max: 6 }), async (codes, updates) => {
      const bench = await setUp(updates);
      const accepted: number[] = [];
      let attempt = 0;
      bench.endpoint.answer = ({ body }) => {
        const code = codes[attempt++] ?? 200;
        if (code < 300) accepted.push(JSON.parse(body).data.seq);
        return status(code);
      };
      for (let turn = 0; turn <= codes.length; turn++) {
        const result = await bench.deliverer().deliver(deliveryKey);
        if (result.type === 'failed') bench.time.now = result.dueAt;
      }
      expect(accepted).toEqual(Array.from({ length: updates }, (_, index) => index + 1));
      await bench.store.close();
    }),
    { numRuns: 40 },
  );
});
