import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStatusClient } from '../../client-sdk/src/index.ts';
import { awslogs, historyRecord, statusChange } from '../support/aws-shapes.ts';
import { samplesOf } from '../support/metrics-text.ts';
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
  it('each update reaches the SDK’s polling watch by the request that was held when it was committed', async () => {
    await feed(statusChange({ workflow: 'cloud', id: 'c-1' }));
    let asked = 0;
    const client = createStatusClient({
      url: kit.service.url,
      token: kit.service.apiKey,
      channels: 'polling',
      fetch: (...request) => {
        asked += 1;
        return fetch(...request);
      },
    });
    const held = async () => samplesOf((await kit.call('/metrics')).body).get('statuswire_waiters') === 1;
    let before = 0;
    for await (const update of client.watch('cloud', 'c-1')) {
      // The first page is asked for without a cursor to wait at. Since then nobody has asked, but for the next held one.
      if (update.seq > 1) expect(asked - before).toBeLessThanOrEqual(1);
      if (update.seq === 10) break;
      while (!(await held()));
      before = asked;
      await feed(entered('c-1', update.seq + 1));
    }
    client.close();
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
    const [{ status, headers }] = await Promise.all([last, kit.service.stop()]);
    expect([status, Number(headers.get('retry-after')) > 0]).toEqual([304, true]);
  });

  it('discovery names how long a request is held', async () => {
    const { body } = await kit.call('/.well-known/statuswire', { credential: null });
    const polling = body.channels.find(({ channel }: { channel: string }) => channel === 'polling');
    expect(polling.maxWaitSeconds).toBe(20);
  });
});
