import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appsync, createStatusClient, type StatusClient } from '../../client-sdk/src/core.ts';
import { type Stage, startStage } from '../support/appsync-emulator/stage.ts';
import { makeUpdate } from '../support/make-update.ts';

let stage: Stage;
const clients: StatusClient[] = [];
beforeAll(async () => {
  stage = await startStage();
});
afterAll(async () => {
  for (const client of clients) client.close();
  await stage.close();
});

/** Our own client with nothing but AppSync's channel. Discovery and the log are served as the HTTP API would. */
function connect(token: string) {
  const seen = { logIsReadable: true };
  const answer = (body: object, status = 200) =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  const client = createStatusClient({
    url: 'https://status.test',
    token,
    channels: [appsync()],
    async fetch(url) {
      if (url.endsWith('/.well-known/statuswire'))
        return answer({
          version: 1,
          channels: [{ channel: 'subscription', protocol: 'appsync', url: stage.endpoint }],
        });
      if (!seen.logIsReadable) throw new TypeError('cut off');
      const [, workflow = '', id = ''] = /\/status\/(?<workflow>[^/]+)\/(?<id>[^/?]+)/.exec(url) ?? [];
      const updates = stage.updatesOf(workflow, id);
      if (updates.length === 0) return answer({ type: 'not-found', title: 'Not found', status: 404 }, 404);
      const from = updates.findIndex(({ cursor }) => url.includes(`after=${cursor}`)) + 1;
      return answer({ updates: updates.slice(from), next: updates.at(-1)?.cursor, more: false });
    },
  });
  clients.push(client);
  return Object.assign(seen, { client });
}

describe('our own client on AppSync', () => {
  it.each(['an API key', 'a watch token'])('is told over the socket, let in by %s', async (credential) => {
    const id = credential.replaceAll(' ', '-');
    const executions = [{ workflow: 'orders', id }];
    const token =
      credential === 'an API key'
        ? stage.keyFor('default')
        : (await stage.tokenFor({ type: 'executions', executions })).replace(/^sw_/, '');
    await stage.publish(makeUpdate({ id, seq: 1 }));
    const seen = connect(token);
    const watch = seen.client.watch('orders', id);
    const updates = watch[Symbol.asyncIterator]();
    expect((await updates.next()).value).toMatchObject({ seq: 1, status: 'RUNNING' });
    await new Promise<void>((resolve) => {
      const check = () => watch.getSnapshot().connection.channel === 'subscription' && resolve();
      watch.subscribe(check);
      check();
    });
    // From here on, only the socket can have carried it.
    seen.logIsReadable = false;
    await stage.publish(makeUpdate({ id: 'another', seq: 1 }));
    const output = { total: 42, note: '"quoted"' };
    await stage.publish(makeUpdate({ id, seq: 2, status: 'SUCCEEDED', output }));
    expect((await updates.next()).value).toMatchObject({ seq: 2, status: 'SUCCEEDED', output, id, skipped: false });
  });
});

describe('the API', () => {
  const status = '{ status(workflow: "orders", id: "one") { seq output error { name } } }';
  const page =
    'query ($after: String, $limit: Int) { updates(workflow: "orders", id: "one", after: $after, limit: $limit) { updates { seq } snapshot { seq } next more } }';
  let key: string;
  beforeAll(async () => {
    key = stage.keyFor('default');
    for (const seq of [1, 2, 3])
      await stage.publish(makeUpdate({ id: 'one', seq, output: seq === 3 ? { a: [1] } : null }));
  });

  it('S27: answers queries, output as JSON text', async () => {
    expect(await stage.ask(key, status)).toEqual({
      status: 200,
      data: { status: { seq: 3, output: '{"a":[1]}', error: null } },
    });
  });

  it('S20: pages by cursor; what is no cursor is the caller’s mistake', async () => {
    const first = await stage.ask(key, page, { limit: 2 });
    expect(first).toMatchObject({ data: { updates: { updates: [{ seq: 1 }, { seq: 2 }], more: true } } });
    const { next } = (first.data as { readonly updates: { readonly next: string } }).updates;
    expect(await stage.ask(key, page, { after: next })).toMatchObject({ data: { updates: { updates: [{ seq: 3 }] } } });
    expect(await stage.ask(key, page, { after: 'nonsense' })).toMatchObject({
      data: { updates: null },
      errors: [{ errorType: 'BadRequestException', message: 'after is no cursor.', path: ['updates'] }],
    });
    expect(stage.reported).toEqual([]);
  });

  it('G9, S26: what belongs to another tenant is like what does not exist', async () => {
    const foreign = stage.keyFor('other');
    expect(await stage.ask(foreign, status)).toEqual({ status: 200, data: { status: null } });
    const token = await stage.tokenFor({ type: 'workflow', workflow: 'parcels' });
    expect(await stage.ask(token, status)).toEqual({ status: 200, data: { status: null } });
  });

  it.each(['sw_nobody_0123456789abcdef0123', 'eyJhbGciOiJIUzI1NiJ9.e30.x', 'da2-key', ''])(
    'lets %s not in',
    async (credential) => {
      expect(await stage.ask(credential, status)).toMatchObject({
        status: 401,
        errors: [{ errorType: 'UnauthorizedException' }],
      });
    },
  );

  it('IAM alone may publish; a key, whatever its scopes, publishes nothing', async () => {
    const mutation = 'mutation ($update: UpdateInput!) { publishStatus(update: $update) { seq } }';
    const before = stage.stats().delivered;
    const admin = stage.keyFor('default', ['read', 'ingest', 'admin']);
    expect(await stage.ask(admin, mutation, { update: makeUpdate({ id: 'one', seq: 9 }) })).toMatchObject({
      data: { publishStatus: null },
      errors: [{ errorType: 'Unauthorized' }],
    });
    expect(stage.stats().delivered).toBe(before);
  });
});
