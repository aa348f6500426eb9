import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStatusClient } from '../../client-sdk/src/index.ts';
import type { Update } from '../../core/contract.ts';
import { startReceiver } from '../../embedded/demo/receiver.ts';
import { type ServiceKit, serviceKit } from '../support/service-kit.ts';

let kit: ServiceKit;
beforeAll(async () => {
  kit = await serviceKit();
});
afterAll(() => kit.stop());

const redrive = (id: string) => kit.call(`/executions/orders/${id}/redrive`, { method: 'POST' });
const start = (id: string, input: object) => kit.call('/executions/orders', { body: { id, input } });
const plain = ({ skipped: _, ...update }: Update & { readonly skipped?: boolean }): Update => update;

/** Reads an execution through one channel until `isLast`, beyond the terminal updates on the way. */
async function follow(
  channels: 'polling' | 'subscription',
  id: string,
  isLast: (update: Update) => boolean,
  onUpdate: (update: Update) => void = () => undefined,
): Promise<readonly Update[]> {
  using client = createStatusClient({ url: kit.service.url, token: kit.service.apiKey, channels });
  const seen: Update[] = [];
  for await (const update of client.watch('orders', id)) {
    seen.push(plain(update));
    onUpdate(update);
    if (isLast(update)) break;
  }
  return seen;
}

async function until(id: string, isLast: (update: Update) => boolean): Promise<readonly Update[]> {
  return follow('polling', id, isLast);
}

const attempts = (updates: readonly Update[]) =>
  updates.filter(({ done }) => done).map(({ status, redriveCount }) => `${redriveCount} ${status}`);

describe('S2, S16: a redrive continues the same log', () => {
  it('G6: polling, subscription and webhook see FAILED, then the next attempt, as one sequence', async () => {
    const delivered: Update[] = [];
    const all = Promise.withResolvers<void>();
    const receiver = await startReceiver(({ data }) => {
      delivered.push(data);
      if (data.status === 'SUCCEEDED') all.resolve();
    });
    try {
      const body = { url: receiver.url, filter: { workflows: ['orders'] } };
      receiver.setSecret((await kit.call('/webhooks', { body })).body.secret);
      const isLast = ({ status }: Update) => status === 'SUCCEEDED';
      const failed = Promise.withResolvers<void>();
      const polling = follow('polling', 'o-1', isLast, ({ status }) => status === 'FAILED' && failed.resolve());
      const subscription = follow('subscription', 'o-1', isLast);
      await start('o-1', { carrier: 'down-once', total: 7 });
      await failed.promise;
      const answer = await redrive('o-1');
      expect([answer.status, answer.body.redriveCount]).toEqual([202, 1]);
      // The answer comes after the commit: whoever was told finds the new attempt.
      expect((await kit.call('/status/orders/o-1')).body.redriveCount).toBe(1);
      const [polled, pushed] = await Promise.all([polling, subscription, all.promise]);
      const log = await kit.updatesOf('orders', 'o-1');
      expect(polled).toEqual(log);
      expect(pushed).toEqual(log);
      expect(delivered).toEqual(log);
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
      expect(new Set(log.map(({ epoch }) => epoch)).size).toBe(1);
      expect(attempts(log)).toEqual(['0 FAILED', '1 SUCCEEDED']);
      expect(log.find(({ done }) => done)).toMatchObject({ error: { name: 'CarrierUnavailable' } });
      expect(log.at(-1)).toMatchObject({ error: null, output: { total: 7, trackingNumber: 'SW-o-1' } });
      const again = log.find(({ redriveCount }) => redriveCount === 1);
      expect(again).toMatchObject({ status: 'RUNNING', state: 'InitiateShipping', error: null, stoppedAt: null });
      // Nothing before the failed state ran again.
      const states = log.filter(({ kind }) => kind === 'state').map(({ state }) => state);
      expect(states.filter((state) => state === 'ProcessPayment')).toHaveLength(1);
    } finally {
      await receiver.close();
    }
  });

  it('S7: one that fails again has one end for each attempt, however often', async () => {
    await start('o-2', { payment: 'declined' });
    for (const count of [0, 1, 2]) {
      const log = await until('o-2', ({ done, redriveCount }) => done && redriveCount === count);
      expect(attempts(log)).toEqual(Array.from({ length: count + 1 }, (_, index) => `${index} FAILED`));
      expect((await redrive('o-2')).status).toBe(202);
    }
  });

  it('is refused with the reason while it runs and after it succeeded', async () => {
    await start('o-3', {});
    await until('o-3', ({ status }) => status === 'RUNNING');
    // By now it may be over: either way it cannot be redriven.
    const early = await redrive('o-3');
    expect(early.body).toMatchObject({
      status: 409,
      detail: expect.stringMatching(/^Execution is (RUNNING|SUCCEEDED)/),
    });
    await until('o-3', ({ done }) => done);
    expect((await redrive('o-3')).body).toMatchObject({ status: 409, detail: expect.stringContaining('SUCCEEDED') });
    expect((await redrive('o-absent')).status).toBe(404);
  });

  it('S4: a forgotten one is 404 through every reader, and cannot be redriven', async () => {
    await start('o-4', { stock: 'none' });
    await until('o-4', ({ done }) => done);
    expect((await kit.call('/executions/orders/o-4', { method: 'DELETE' })).status).toBe(204);
    for (const path of ['/status/orders/o-4', '/status/orders/o-4/updates', '/result/orders/o-4']) {
      expect((await kit.call(path)).status).toBe(404);
    }
    const query = '{ status(workflow: "orders", id: "o-4") { seq } }';
    expect((await kit.call('/graphql', { body: { query } })).body).toEqual({ data: { status: null } });
    expect((await redrive('o-4')).status).toBe(404);
    expect((await start('o-4', {})).body.type).toBe('urn:statuswire:problem:id-taken');
  });
});
