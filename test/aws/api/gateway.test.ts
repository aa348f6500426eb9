import { beforeAll, describe, expect, it, vi } from 'vitest';
import { unavailable } from '../../../core/unavailable.ts';
import { openStore } from '../../../embedded/store/index.ts';
import { createGateway, type GatewayEvent } from '../../../handlers/api/aws-gateway.ts';
import { statusChange } from '../../support/aws-shapes.ts';
import { base, eventOf, type GatewayKit, gatewayKit } from './support/gateway-kit.ts';

let kit: GatewayKit;
const authorization = () => ({ authorization: `Bearer ${kit.apiKey}` });
const json = () => ({ ...authorization(), 'content-type': 'application/json' });
const feed = (id: string, workflow = 'billing') =>
  kit.send({
    method: 'POST',
    path: '/events',
    headers: json(),
    body: JSON.stringify(statusChange({ workflow, id, startDate: Date.now() })),
  });

beforeAll(async () => {
  kit = await gatewayKit();
  await feed('i-1');
});

describe('payload format 2.0', () => {
  it.each([
    ['a b', 'a%20b'],
    ['a?b#c', 'a%3Fb%23c'],
    ['100%', '100%25'],
    ["it's+a:b", "it's+a:b"],
    ['日本', '%E6%97%A5%E6%9C%AC'],
    ['\uD800', '%EF%BF%BD'],
  ])('writes %s in a path as a URL has it, because an HTTP API hands paths over decoded', async (name, written) => {
    const echo = createGateway(() => ({ fetch: async ({ url }: Request) => new Response(url) }));
    const event = { ...eventOf({ path: '/?limit=%20' }), rawPath: `/status/billing/${name}` };
    expect((await echo(event)).body).toBe(`${base}/status/billing/${written}?limit=%20`);
  });

  it('finds an execution with a name of any language', async () => {
    await feed('日本語');
    const answer = await kit.send({
      path: `/status/billing/${encodeURIComponent('日本語')}`,
      headers: authorization(),
    });
    expect(answer.statusCode).toBe(200);
  });

  it('reads a body that comes in base64', async () => {
    const event = eventOf({
      method: 'POST',
      path: '/graphql',
      headers: json(),
      body: Buffer.from(JSON.stringify({ query: '{ status(workflow: "billing", id: "i-1") { status } }' })).toString(
        'base64',
      ),
    });
    const { body } = await kit.invoke({ ...event, isBase64Encoded: true });
    expect(JSON.parse(body)).toEqual({ data: { status: { status: 'RUNNING' } } });
  });

  it.each([false, true])('reads a body of any form like one with a length (base64: %s)', async (isBase64Encoded) => {
    const sent = (body: string, headers: Record<string, string>) => {
      const text = isBase64Encoded ? Buffer.from(body).toString('base64') : body;
      const event = eventOf({ method: 'POST', path: '/tokens', headers: { ...json(), ...headers }, body: text });
      return kit.invoke({ ...event, isBase64Encoded });
    };
    const good = JSON.stringify({ workflow: '🎉'.repeat(80) });
    const chunked = { 'transfer-encoding': 'chunked' };
    const sized = { 'content-length': String(Buffer.byteLength(good)) };
    const large = JSON.stringify({ workflow: 'x'.repeat(600_000) });
    const codes = [];
    for (const answer of [
      sent(good, sized),
      sent(good, chunked),
      sent(good, {}),
      sent(large, chunked),
      sent(large, {}),
    ])
      codes.push((await answer).statusCode);
    expect(codes).toEqual([200, 200, 200, 413, 413]);
    const coded = await sent(good, { ...sized, 'content-encoding': 'gzip' });
    expect([coded.statusCode, coded.headers['accept-encoding']]).toEqual([415, 'identity']);
  });

  it('what a proxy made of a tag still matches', async () => {
    const { headers } = await kit.send({ path: '/status/billing/i-1', headers: authorization() });
    const tag = `W/${String(headers.etag).replace(/"$/, '-gzip"')}`;
    const answer = await kit.send({
      path: '/status/billing/i-1',
      headers: { ...authorization(), 'if-none-match': tag },
    });
    expect(answer.statusCode).toBe(304);
  });

  it('answers a GET that has a body', async () => {
    const answer = await kit.send({ path: '/status/billing/i-1', headers: authorization(), body: '{}' });
    expect(answer.statusCode).toBe(200);
  });

  it('says nothing of the connection, which is API Gateway’s', async () => {
    const answer = await kit.send({
      method: 'POST',
      path: '/executions/orders',
      headers: json(),
      body: JSON.stringify({ input: 'x'.repeat(600_000) }),
    });
    expect(answer.statusCode).toBe(413);
    expect(answer.headers).not.toHaveProperty('connection');
  });

  it('serves all routes under a named stage, and shows it in its URLs (S22)', async () => {
    const staged = (path: string): GatewayEvent => eventOf({ path: `/prod${path}`, headers: authorization() }, 'prod');
    expect((await kit.invoke(staged('/status/billing/i-1'))).statusCode).toBe(200);
    expect((await kit.invoke(eventOf({ path: '/status/billing/i-1' }, 'prod'))).statusCode).toBe(404);
    const { body } = await kit.invoke(staged('/.well-known/statuswire'));
    expect(JSON.parse(body).channels[0].url).toBe(`${base}/prod`);
  });

  it('an answer that Lambda would not carry becomes a problem', async () => {
    const gateway = (size: number) =>
      createGateway(() => ({ fetch: async () => Response.json({ text: 'x'.repeat(size) }) }))(eventOf({ path: '/' }));
    expect((await gateway(6_000_000)).statusCode).toBe(200);
    const refused = await gateway(6_300_000);
    expect([refused.statusCode, refused.headers['content-type']]).toEqual([500, 'application/problem+json']);
    expect(JSON.parse(refused.body)).toMatchObject({ type: 'urn:statuswire:problem:internal' });
  });
});

describe('on Lambda', () => {
  it('S19: who wishes to wait is answered at once', async () => {
    const { headers } = await kit.send({ path: '/status/billing/i-1', headers: authorization() });
    const waits = vi.spyOn(globalThis, 'setTimeout');
    const answer = await kit.send({
      path: '/status/billing/i-1?wait=20',
      headers: { ...authorization(), 'if-none-match': String(headers.etag) },
    });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([304, '1']);
    expect(waits).not.toHaveBeenCalled();
    waits.mockRestore();
  });

  it('S22: discovery lists what is deployed, and polling that does not wait', async () => {
    const polling = { channel: 'polling', protocol: 'http', url: 'https://api.example.com/v1' };
    const webhook = { channel: 'webhook', protocol: 'standard-webhooks', url: 'https://api.example.com/v1/webhooks' };
    const discover = async (
      socketUrl: string | null,
      appsync: { url: string; region: string } | null,
      webhooks = true,
    ) => {
      const publicUrl = 'https://api.example.com/v1/';
      const { send } = await gatewayKit({ publicUrl, channels: { socketUrl, appsync, webhooks } });
      return JSON.parse((await send({ path: '/.well-known/statuswire' })).body);
    };
    expect(await discover(null, null)).toEqual({ version: 1, channels: [polling, webhook] });
    expect(await discover(null, null, false)).toEqual({ version: 1, channels: [polling] });
    const socketUrl = 'wss://abc.execute-api.eu-west-1.amazonaws.com/live';
    const appsync = { url: 'https://abc.appsync-api.eu-west-1.amazonaws.com/graphql', region: 'eu-west-1' };
    expect(await discover(socketUrl, appsync)).toEqual({
      version: 1,
      channels: [
        { channel: 'subscription', protocol: 'graphql-transport-ws', url: socketUrl },
        { channel: 'subscription', protocol: 'appsync', ...appsync },
        polling,
        webhook,
      ],
    });
  });

  it('takes no webhook where nobody would deliver', async () => {
    const { send } = await gatewayKit({ channels: { socketUrl: null, appsync: null, webhooks: false } });
    const answer = await send({
      method: 'POST',
      path: '/webhooks',
      headers: json(),
      body: '{"url":"https://a.example"}',
    });
    expect(answer.statusCode).toBe(404);
  });

  it('there are no metrics to fetch', async () => {
    expect((await kit.send({ path: '/metrics', headers: authorization() })).statusCode).toBe(404);
  });

  it('S5: what is not startable here is as absent as what does not exist', async () => {
    const answer = await kit.send({ method: 'POST', path: '/executions/clicks', headers: json(), body: '{}' });
    expect(answer.statusCode).toBe(404);
  });

  it('S23: the origins that are allowed get CORS headers, and no others', async () => {
    const { send } = await gatewayKit({ origins: ['https://shop.example'] });
    const preflight = (origin: string) =>
      send({
        method: 'OPTIONS',
        path: '/status/billing/i-1',
        headers: { origin, 'access-control-request-method': 'GET' },
      });
    const allowed = await preflight('https://shop.example');
    expect([allowed.statusCode, allowed.headers['access-control-allow-origin']]).toEqual([204, 'https://shop.example']);
    expect((await preflight('https://evil.example')).headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('trouble', () => {
  const failing = async (error: Error) => {
    const store = openStore({ file: ':memory:' });
    await store.start(async () => undefined);
    const log = { ...store.log, load: () => Promise.reject(error) };
    const broken = await gatewayKit({ ports: { ...store, log } });
    const answer = await broken.send({
      path: '/status/billing/i-1',
      headers: { authorization: `Bearer ${broken.apiKey}` },
    });
    return { answer, reported: broken.reported };
  };

  it('S26: an unexpected error shows its id alone, and is reported with it', async () => {
    const { answer, reported } = await failing(new Error('arn:aws:secret-table'));
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret-table');
    const [{ errorId, error } = { errorId: '', error: null }] = reported;
    expect(JSON.parse(answer.body).instance).toBe(`urn:statuswire:error:${errorId}`);
    expect(error).toMatchObject({ message: 'arn:aws:secret-table' });
  });

  it('a port that cannot answer now is a 503', async () => {
    const { answer } = await failing(unavailable('throttled', null));
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
  });

  it('nobody is let in while the secrets cannot be had; what is public goes on', async () => {
    const refuse = () => Promise.reject(unavailable('no secret', null));
    const { send, apiKey } = await gatewayKit({
      verifier: { verify: refuse, mintToken: refuse, remembered: () => null, forgetKey: () => undefined },
    });
    const headers = { authorization: `Bearer ${apiKey}` };
    expect((await send({ path: '/status/billing/i-1', headers })).statusCode).toBe(503);
    expect((await send({ path: '/healthz' })).statusCode).toBe(200);
  });
});
