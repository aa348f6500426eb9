import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import type { Update } from '../../../core/contract.ts';
import { type Received, startReceiver } from '../../handlers/egress/receiver.ts';
import { append, endpointOf, updatesOf } from '../../handlers/webhooks/bench.ts';
import { eventually } from '../../support/eventually.ts';
import { startWebhooks } from './real.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const { secret } = endpointOf();

/** Verifies as a receiver should, and answers the update. */
function verified({ body, headers }: Received): Update {
  const payload = new Webhook(secret).verify(body, headers) as { data: Update };
  return payload.data;
}

test('G1, G3: over refusals, lost answers and restarts each execution’s updates are accepted in order, none missing', async () => {
  const accepted = new Map<string, number[]>();
  let count = 0;
  const receiver = await startReceiver((response, received) => {
    count += 1;
    if (count % 7 === 3) return void response.writeHead(503, { 'retry-after': '0' }).end();
    if (count % 11 === 5) return void response.destroy();
    const { id, seq } = verified(received);
    accepted.set(id, [...(accepted.get(id) ?? []), seq]);
    // Accepted, but the answer is lost: the same update comes again.
    if (count % 13 === 6) response.destroy();
    else response.writeHead(204).end();
  });
  const { store, errors, restart, close } = await startWebhooks({ retryMs: 5 });
  closers.push(close, receiver.close);
  await store.endpoints.put(endpointOf({ url: receiver.origin }));
  const ids = Array.from({ length: 20 }, (_, n) => `order-${n}`);
  for (let page = 0; page < 4; page++) {
    await Promise.all(ids.map((id) => append(store.log, updatesOf(page * 5 + 1, page * 5 + 5, { id }))));
    if (page % 2 === 1) await restart();
  }
  const all = Array.from({ length: 20 }, (_, index) => index + 1);
  await eventually(() => {
    for (const id of ids) expect([...new Set(accepted.get(id))]).toEqual(all);
  });
  for (const seqs of accepted.values()) expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  expect(errors).toEqual([]);
  await eventually(async () => expect(await store.deliveries.nextDue()).toBeNull());
});

test('stopping hands back a delivery that hangs: it is due again at once', async () => {
  const receiver = await startReceiver(() => {});
  const { store, restart, close } = await startWebhooks({ graceMs: 20 });
  closers.push(close, receiver.close);
  await store.endpoints.put(endpointOf({ url: receiver.origin }));
  await append(store.log, updatesOf(1, 1));
  await eventually(() => expect(receiver.received).toHaveLength(1));
  await restart();
  await eventually(() => expect(receiver.received).toHaveLength(2));
  expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body);
  expect(receiver.received[1]?.headers['webhook-id']).toBe(receiver.received[0]?.headers['webhook-id']);
});
