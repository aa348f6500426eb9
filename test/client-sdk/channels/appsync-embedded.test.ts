import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appsync, createStatusClient, type StatusClient } from '../../../client-sdk/src/core.ts';
import { isStatusError } from '../../../client-sdk/src/index.ts';
import { statusChange } from '../../support/aws-shapes.ts';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';

/** A client that has nothing but AppSync's protocol, whose HTTP can be cut off from the log. */
function connect(kit: ServiceKit, token: string | (() => Promise<string>)) {
  const opened: { readonly url: string; readonly socket: WebSocket }[] = [];
  const seen = { logIsReadable: true, opened };
  const client: StatusClient = createStatusClient({
    url: kit.service.url,
    token,
    channels: [appsync()],
    fetch: (url, init) =>
      seen.logIsReadable || !url.includes('/status/') ? fetch(url, init) : Promise.reject(new TypeError('cut off')),
    WebSocket: class extends WebSocket {
      constructor(url: string, protocols: string | string[]) {
        super(url, protocols);
        opened.push({ url, socket: this });
      }
    },
  });
  return Object.assign(seen, { client });
}

/** Follows an execution. `live` resolves once the subscription carries it. */
function follow(client: StatusClient, id: string) {
  const watch = client.watch('parcels', id);
  const live = () =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (watch.getSnapshot().connection.channel === 'subscription') resolve();
      };
      watch.subscribe(check);
      check();
    });
  return { watch, live };
}

describe("AppSync's protocol, as the embedded service speaks it", () => {
  let kit: ServiceKit;
  const clients: StatusClient[] = [];
  beforeAll(async () => {
    kit = await serviceKit();
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await kit.stop();
  });

  const tell = (id: string, status: string) =>
    kit.call('/events', { body: statusChange({ workflow: 'parcels', id, status }) });
  const watchToken = async (id: string): Promise<string> =>
    (await kit.call('/tokens', { body: { executions: [{ workflow: 'parcels', id }] } })).body.token;

  test.each(['a watch token (S29)', 'an API key'])('updates come over the socket, with %s', async (credential) => {
    const id = credential.replace(/\W/g, '');
    await tell(id, 'RUNNING');
    const seen = connect(kit, credential === 'an API key' ? kit.service.apiKey : () => watchToken(id));
    clients.push(seen.client);
    const { watch, live } = follow(seen.client, id);
    const updates = watch[Symbol.asyncIterator]();
    expect((await updates.next()).value).toMatchObject({ seq: 1, status: 'RUNNING' });
    await live();
    // From here on, only the socket can have carried it.
    seen.logIsReadable = false;
    await tell(id, 'SUCCEEDED');
    expect((await updates.next()).value).toMatchObject({ seq: 2, status: 'SUCCEEDED', id, skipped: false });
    expect(seen.opened.map(({ url, socket }) => [url, socket.protocol])).toEqual([
      [`${kit.service.url.replace('http', 'ws')}/graphql/realtime`, 'graphql-ws'],
    ]);
  });

  test('a connection that breaks is replaced, and what it missed is read', async () => {
    await tell('broken', 'RUNNING');
    const seen = connect(kit, kit.service.apiKey);
    clients.push(seen.client);
    const { watch, live } = follow(seen.client, 'broken');
    const updates = watch[Symbol.asyncIterator]();
    await updates.next();
    await live();
    seen.opened[0]?.socket.close();
    await tell('broken', 'FAILED');
    expect((await updates.next()).value).toMatchObject({ seq: 2, status: 'FAILED' });
  });

  test('a token that is no good is asked for once more, and then it is unauthorized', async () => {
    let asked = 0;
    const seen = connect(kit, async () => `bad-${++asked}`);
    clients.push(seen.client);
    const failure = await seen.client
      .watch('parcels', 'any')
      .result()
      .catch((error: unknown) => error);
    expect(isStatusError(failure, 'unauthorized')).toBe(true);
    expect(asked).toBeLessThan(6);
  });
});
