import { beforeAll, describe, expect, it } from 'vitest';
import { allScopes, type Scope } from '../../../core/access.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { seed } from './support/logs.ts';

let kit: ApiKit;
beforeAll(async () => {
  kit = await apiKit();
  await seed(kit.store.log, { id: 'o-1' });
});

/** Every route but the public ones: method, path, the scope it needs, and a good body. */
const routes: readonly (readonly [method: string, path: string, scope: Scope, body?: object])[] = [
  ['GET', '/status/orders/o-1', 'read'],
  ['GET', '/status/orders/o-1/updates', 'read'],
  ['GET', '/result/orders/o-1', 'read'],
  ['GET', '/executions', 'read'],
  ['POST', '/executions/orders', 'start', {}],
  ['POST', '/tokens', 'tokens', { workflow: 'orders' }],
  ['POST', '/webhooks', 'webhooks', { url: 'https://example.com/' }],
  ['GET', '/webhooks', 'webhooks'],
  ['GET', '/webhooks/ep_0', 'webhooks'],
  ['DELETE', '/webhooks/ep_0', 'webhooks'],
  ['POST', '/events', 'ingest', []],
  ['POST', '/graphql', 'read', { query: '{ status(workflow: "orders", id: "o-1") { seq } }' }],
  ['POST', '/keys', 'admin', { scopes: ['read'] }],
  ['GET', '/keys', 'admin'],
  ['DELETE', '/keys/none', 'admin'],
  ['GET', '/bindings', 'admin'],
  ['DELETE', '/bindings/orders', 'admin'],
  ['GET', '/dead-letters', 'admin'],
  ['GET', '/dead-letters/none', 'admin'],
  ['POST', '/dead-letters/none/redrive', 'admin'],
  ['DELETE', '/dead-letters/none', 'admin'],
  ['POST', '/executions/orders/o-1/redrive', 'admin'],
  ['DELETE', '/executions/orders/o-1', 'admin'],
];

function send(
  method: string,
  path: string,
  credential: string | null,
  body: object | string | undefined,
): Promise<Response> {
  return Promise.resolve(
    kit.api.request(path, {
      method,
      headers: {
        ...(credential !== null && { Authorization: credential }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
}

it('the table has every route that is not public', () => {
  const known = kit.api.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path}`)
    .filter(
      (route) => !['GET /healthz', 'GET /readyz', 'GET /.well-known/statuswire', 'GET /openapi.json'].includes(route),
    );
  const tabled = routes.map(([method, path]) => {
    const pattern = path
      .replace(/^\/(status|result|executions)\/orders\/o-1/, '/$1/:workflow/:id')
      .replace('/none/redrive', '/:id/redrive')
      .replace('/bindings/orders', '/bindings/:workflow')
      .replace('/executions/orders', '/executions/:workflow')
      .replace(/\/(ep_0|none)$/, '/:id');
    return `${method} ${pattern}`;
  });
  expect(new Set(tabled)).toEqual(new Set(known));
});

describe.each(routes.map((route) => ({ route, name: `${route[0]} ${route[1]}` })))('S24: $name', ({ route }) => {
  const [method, path, needed, body] = route;
  it.each(allScopes)('with the scope %s alone', async (scope) => {
    const answer = await send(method, path, `Bearer ${await kit.key({ scopes: [scope] })}`, body);
    if (scope === needed) expect([200, 201, 202, 404, 409]).toContain(answer.status);
    else {
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ type: 'urn:statuswire:problem:forbidden' });
      expect(answer.headers.get('WWW-Authenticate')).toContain(`error="insufficient_scope", scope="${needed}"`);
    }
  });

  it('with every other scope together: 403', async () => {
    const scopes = allScopes.filter((scope) => scope !== needed);
    expect((await send(method, path, `Bearer ${await kit.key({ scopes })}`, body)).status).toBe(403);
  });

  it('with a watch token: reading only', async () => {
    const token = await kit.token({ type: 'workflow', workflow: 'orders' });
    const { status } = await send(method, path, `Bearer ${token}`, body);
    if (needed === 'read') expect([200, 202]).toContain(status);
    else expect(status).toBe(403);
  });

  it.each([null, '', 'Bearer', 'Bearer sw_0_aaaaaaaaaaaaaaaaaaaaaa', 'Basic YTpi', 'Bearer a.b.c'])(
    'with the credential %s: 401, before anything is looked at',
    async (credential) => {
      const answer = await send(method, path, credential, body === undefined ? undefined : 'nonsense');
      expect(answer.status).toBe(401);
      expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer realm="statuswire"/);
      expect(await answer.json()).toMatchObject({ type: 'urn:statuswire:problem:unauthorized' });
    },
  );
});
