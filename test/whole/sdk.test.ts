import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStatusClient, isStatusError, type StatusClient, type Update } from '../../client-sdk/src/index.ts';
import { statusChange } from '../support/aws-shapes.ts';
import { type ServiceKit, serviceKit } from '../support/service-kit.ts';

let kit: ServiceKit;
let client: StatusClient;
beforeAll(async () => {
  kit = await serviceKit();
  client = createStatusClient({ url: kit.service.url, token: kit.service.apiKey });
});
afterAll(async () => {
  client.close();
  await kit.stop();
});

async function untilDone(updates: AsyncIterable<Update>): Promise<readonly Update[]> {
  const got: Update[] = [];
  for await (const update of updates) {
    got.push(update);
    if (update.done) break;
  }
  return got;
}

describe.each(['auto', 'polling', 'subscription'] as const)(
  'the client over %s, against the running service',
  (channels) => {
    const connect = () => createStatusClient({ url: kit.service.url, token: kit.service.apiKey, channels });

    it('S16: watches from the first update, from the latest, and from a cursor', async () => {
      using one = connect();
      const { id } = await one.start('orders', { input: {} });
      const all = await untilDone(one.watch('orders', id));
      expect(all.map((update) => update.seq)).toEqual(all.map((_, index) => index + 1));
      const latest = await untilDone(one.watch('orders', id, { from: 'latest' }));
      expect(latest).toEqual([all.at(-1)]);
      const rest = await untilDone(one.watch('orders', id, { from: all[2]?.cursor ?? '' }));
      expect(rest).toEqual(all.slice(3));
    });

    it('settles the result at the end, as the output or as a typed failure', async () => {
      using one = connect();
      const good = await one.start('orders', { input: { total: 7 } });
      expect(await one.watch('orders', good.id).result()).toMatchObject({ total: 7 });
      const bad = await one.start('orders', { input: { payment: 'declined' } });
      const failure = await one
        .watch('orders', bad.id)
        .result()
        .then(
          () => null,
          (error: unknown) => error,
        );
      expect(isStatusError(failure, 'execution-failed') && [failure.status, failure.errorName]).toEqual([
        'FAILED',
        'PaymentProcessingError',
      ]);
    });

    it('S18: rejects with not-found when the execution does not come', async () => {
      using one = connect();
      const missing = one
        .watch('orders', 'never', { notFoundAfterMs: 50 })
        .result()
        .catch((error: unknown) => error);
      expect(isStatusError(await missing, 'not-found')).toBe(true);
    });

    it('S28: a token from the start call watches its execution and no other', async () => {
      const { id, token } = await client.start('orders', { input: {} });
      using one = createStatusClient({ url: kit.service.url, token, channels });
      expect((await untilDone(one.watch('orders', id))).at(-1)?.status).toBe('SUCCEEDED');
      await kit.call('/events', { body: statusChange({ workflow: 'orders2', id: 'other' }) });
      const other = one
        .watch('orders2', 'other', { notFoundAfterMs: 50 })
        .result()
        .catch((error: unknown) => error);
      expect(isStatusError(await other)).toBe(true);
    });
  },
);

it('G7: a redrive told by AWS continues the same watch', async () => {
  using one = createStatusClient({ url: kit.service.url, token: kit.service.apiKey });
  const send = (body: unknown) => kit.call('/events', { body });
  const event = { workflow: 'cloud', id: 'redriven', startDate: Date.now() };
  await send(statusChange({ ...event, status: 'FAILED', error: 'Boom' }));
  const seen: string[] = [];
  for await (const update of one.watch('cloud', 'redriven')) {
    seen.push(`${update.seq} ${update.status} ${update.redriveCount}`);
    if (update.status === 'FAILED') {
      await send(statusChange({ ...event, redriveCount: 1, redriveDate: Date.now() }));
      await send(statusChange({ ...event, status: 'SUCCEEDED', redriveCount: 1, stopDate: Date.now() }));
    }
    if (update.status === 'SUCCEEDED') break;
  }
  expect(seen).toEqual(['1 FAILED 0', '2 RUNNING 1', '3 SUCCEEDED 1']);
});
