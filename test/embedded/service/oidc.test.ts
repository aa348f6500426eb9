import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { OidcConfig } from '../../../core/oidc.ts';
import { type Issuer, startIssuer } from '../../handlers/authorize/support/issuer.ts';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';
import { encode, startMessage } from '../appsync/support.ts';
import { command } from '../cli/support/command.ts';
import { openSocket, until } from '../subscriptions/support.ts';

let issuer: Issuer;
let kit: ServiceKit;
const granted = { org: 'default', may_read: ['orders'] };
const configOf = (): OidcConfig => ({
  ...{ issuer: issuer.issuer, audience: 'statuswire', tenant: { claim: 'org' }, access: { claim: 'may_read' } },
});
const token = (claims: object = {}) => issuer.sign({ ...granted, ...claims });
const wsUrl = (path: string) => `${kit.service.url.replace(/^http/, 'ws')}${path}`;
const watchAll = 'subscription { statusChanged(workflow: "orders") { id tenant done } }';

beforeAll(async () => {
  issuer = await startIssuer();
  kit = await serviceKit({ oidc: configOf() });
  await started('first');
});
afterAll(async () => {
  await kit.stop();
  await issuer.close();
});
beforeEach(() => {
  issuer.broken = null;
});

/** Starts an execution and answers when it has ended. */
async function started(id: string): Promise<void> {
  await kit.call('/executions/orders', { body: { id, input: { orderId: id, total: 1 } } });
  for (;;) {
    const { status } = await kit.call(`/result/orders/${id}?wait=5`);
    if (status === 200) return;
  }
}

async function openTransportWs(credential: string) {
  const raw = await openSocket(new WebSocket(wsUrl('/graphql'), 'graphql-transport-ws'));
  raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${credential}` } });
  await until(() => raw.messages.length > 0 || raw.socket.readyState !== WebSocket.OPEN);
  return raw;
}

async function openAppsync(credential: string) {
  const header = `header-${encode({ host: '127.0.0.1', Authorization: credential })}`;
  const raw = await openSocket(new WebSocket(wsUrl('/graphql/realtime'), ['graphql-ws', header]));
  raw.send({ type: 'connection_init' });
  await until(() => raw.messages.length > 0 || raw.socket.readyState !== WebSocket.OPEN);
  return raw;
}

describe('a company’s own token over HTTP', () => {
  it('reads what its claims name: status, log, list, GraphQL', async () => {
    const credential = await token();
    for (const path of ['/status/orders/first', '/status/orders/first/updates', '/result/orders/first'])
      expect(await kit.call(path, { credential }), path).toMatchObject({ status: 200 });
    const list = await kit.call('/executions', { credential });
    expect(list.body.executions).toMatchObject([{ workflow: 'orders', id: 'first' }]);
    const query = '{ status(workflow: "orders", id: "first") { id } }';
    expect((await kit.call('/graphql', { credential, body: { query } })).body.data.status).toEqual({ id: 'first' });
  });

  it.each<[string, object]>([
    ['another tenant', { org: 'acme' }],
    ['another workflow', { may_read: ['parcels'] }],
    ['another execution', { may_read: ['orders/second'] }],
  ])('G9, S26: 404 for %s', async (_, claims) => {
    expect((await kit.call('/status/orders/first', { credential: await token(claims) })).status).toBe(404);
  });

  it('lists one of its workflows, no other, and not two at once; named executions not at all', async () => {
    const list = async (may_read: unknown, query = '') =>
      kit.call(`/executions${query}`, { credential: await token({ may_read }) });
    const both = ['parcels', 'orders'];
    expect((await list(both, '?workflow=orders')).body.executions).toHaveLength(1);
    expect((await list(both, '?workflow=returns')).body.executions).toEqual([]);
    expect(await list(both)).toMatchObject({ status: 400, body: { detail: expect.stringContaining('one at a time') } });
    expect((await list(['orders/first'])).status).toBe(403);
    expect((await list(['orders/first'], '?workflow=orders')).status).toBe(403);
  });

  it('S24: only reads', async () => {
    const credential = await token();
    const routes: readonly (readonly [string, object | undefined])[] = [
      ...([
        ['/executions/orders', {}],
        ['/tokens', { workflow: 'orders' }],
        ['/events', []],
      ] as const),
      ...([
        ['/webhooks', undefined],
        ['/keys', undefined],
        ['/metrics', undefined],
        ['/dead-letters', undefined],
      ] as const),
    ];
    for (const [path, body] of routes) expect((await kit.call(path, { credential, body })).status, path).toBe(403);
  });

  it('S26: limits count for each subject, not for all who may read the same', async () => {
    const limited = await serviceKit({ oidc: configOf(), rateLimit: 1 });
    try {
      const [one, other] = [await token({ sub: 'one' }), await token({ sub: 'other' })];
      const ask = async (credential: string) => (await limited.call('/status/orders/x', { credential })).status;
      while ((await ask(one)) !== 429);
      expect(await ask(await token({ sub: 'one', jti: 'fresh' }))).toBe(429);
      expect(await ask(other)).toBe(404);
    } finally {
      await limited.stop();
    }
  });

  it('401 where it is not good, 503 while its issuer cannot be asked; keys work all the while', async () => {
    expect((await kit.call('/status/orders/first', { credential: await token({ aud: 'other' }) })).status).toBe(401);
    const fresh = await serviceKit({ oidc: configOf() });
    try {
      issuer.broken = 'down';
      const { status, headers } = await fresh.call('/status/orders/first', { credential: await token() });
      expect({ status, retry: headers.get('retry-after') }).toEqual({ status: 503, retry: expect.any(String) });
      expect((await fresh.call('/status/orders/first')).status).toBe(404);
    } finally {
      await fresh.stop();
    }
  });
});

describe.each([
  ['graphql-transport-ws', openTransportWs],
  ['AppSync’s protocol', openAppsync],
] as const)('a company’s own token over %s', (name, open) => {
  const isAppsync = name !== 'graphql-transport-ws';
  const subscribe = (raw: Awaited<ReturnType<typeof open>>, id: string, credential: string) =>
    raw.send(
      isAppsync ? startMessage(id, watchAll, {}, credential) : { id, type: 'subscribe', payload: { query: watchAll } },
    );

  it('carries its tenant’s executions of the workflow, and is refused what the claims do not name', async () => {
    const credential = await token();
    const raw = await open(credential);
    subscribe(raw, 'a', credential);
    const other = await token({ may_read: ['parcels'] });
    const refused = isAppsync ? raw : await open(other);
    subscribe(refused, 'b', other);
    await until(() => refused.messages.some(({ id, type }) => id === 'b' && type === 'error'));
    const id = isAppsync ? 'over-appsync' : 'over-transport-ws';
    await started(id);
    const done = ({ payload }: { readonly payload?: unknown }) =>
      JSON.stringify(payload ?? null).includes('"done":true');
    await until(() => raw.messages.some(done));
    expect(raw.messages.find(done)?.payload).toMatchObject({ data: { statusChanged: { id, tenant: 'default' } } });
  });

  it('S30: its socket is closed when it expires', async () => {
    // A busy machine may take longer to open it than a short token lasts; then the next one lasts longer.
    const opened = async (seconds: number): ReturnType<typeof open> => {
      const raw = await open(await token({ exp: Math.floor(Date.now() / 1_000) + seconds }));
      return raw.messages.length > 0 ? raw : opened(2 * seconds);
    };
    const raw = await opened(2);
    expect(raw.messages[0]?.type).toBe('connection_ack');
    expect(await raw.closed).toEqual({ code: 4403, reason: expect.any(String) });
  });

  it('is refused when it is not good', async () => {
    expect((await (await open(await token({ org: undefined }))).closed).code).toBe(4403);
  });
});

describe('serve --oidc', () => {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-oidc-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['that is not there', null, 'ENOENT'],
    ['that is no JSON', 'issuer: a', 'JSON'],
    ['that does not say who may read what', '{"issuer":"https://id.example.com","audience":"a"}', 'tenant'],
  ])('with a file %s does not start, and says why', async (_, text, message) => {
    const file = join(folder, 'oidc.json');
    rmSync(file, { force: true });
    if (text !== null) writeFileSync(file, text);
    const finished = await command(['serve', '--port', '0', '--data', join(folder, 'data'), '--oidc', file]);
    expect(finished).toMatchObject({ code: 2, stdout: '' });
    expect(finished.stderr).toContain(message);
  });
});
