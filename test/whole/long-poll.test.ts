import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStatusClient } from '../../client-sdk/src/index.ts';
import { awslogs, historyRecord, statusChange } from '../support/aws-shapes.ts';
import { type ServiceKit, serviceKit } from '../support/service-kit.ts';

let kit: ServiceKit;
beforeEach(async () => {
  kit = await serviceKit({ timeScale: 0.05 });
});
afterEach(() => kit.stop());

const entered = (id: string, historyId: number) =>
  awslogs([historyRecord({ workflow: 'cloud', id, historyId, state: `S${historyId}` })]);
const feed = (body: unknown) => kit.call('/events', { body });

describe('S19: live by polling alone', () => {
  it('each update reaches the SDK’s polling watch within 100 ms of its commit (median)', async () => {
    await feed(statusChange({ workflow: 'cloud', id: 'c-1' }));
    const client = createStatusClient({ url: kit.service.url, token: kit.service.apiKey, channels: 'polling' });
    const lags: number[] = [];
    let committedAt = 0;
    let historyId = 1;
    for await (const update of client.watch('cloud', 'c-1')) {
      // The first page is asked for without a cursor to wait at; the pace it names lies before the second.
      if (update.seq > 2) lags.push(performance.now() - committedAt);
      if (lags.length === 9) break;
      historyId += 1;
      await feed(entered('c-1', historyId));
      committedAt = performance.now();
    }
    client.close();
    expect(lags.sort((a, b) => a - b)[4]).toBeLessThan(100);
  });

  it('a held request is answered by the commit, and by the stop of the service', async () => {
    await feed(statusChange({ workflow: 'cloud', id: 'c-2' }));
    const first = await kit.call('/status/cloud/c-2');
    const held = (tag: string | null) =>
      kit.call('/status/cloud/c-2?wait=20', { headers: { 'if-none-match': tag ?? '' } });
    const answer = held(first.headers.get('etag'));
    await feed(entered('c-2', 2));
    const second = await answer;
    expect(second).toMatchObject({ status: 200, body: { seq: 2, state: 'S2' } });
    const last = held(second.headers.get('etag'));
    // The request is on its way before the stop begins, because the service answers one connection in order.
    await kit.call('/healthz');
    const before = performance.now();
    const [{ status, headers }] = await Promise.all([last, kit.service.stop()]);
    expect([status, Number(headers.get('retry-after')) > 0]).toEqual([304, true]);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it('discovery names how long a request is held', async () => {
    const { body } = await kit.call('/.well-known/statuswire', { credential: null });
    const polling = body.channels.find(({ channel }: { channel: string }) => channel === 'polling');
    expect(polling.maxWaitSeconds).toBe(20);
  });
});
