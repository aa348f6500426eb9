import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { epochOf, seed } from './support/logs.ts';

let kit: ApiKit;
let key: string;
let server: ServerType;
let base: string;

beforeAll(async () => {
  kit = await apiKit({ basePath: '/sw' });
  key = await kit.key();
  await seed(kit.store.log, { id: 'o-1' });
  server = serve({ fetch: kit.api.fetch, port: 0, hostname: '127.0.0.1' });
  if (!server.listening) await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sw`;
});
afterAll(() => {
  server.close();
});

/** The status of an answer to a body that is sent in pieces, without a length, and read by nobody after the answer. */
async function sendInPieces(path: string, pieces: number): Promise<number | undefined> {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` };
  const request = httpRequest(`${base}${path}`, { method: 'POST', headers });
  // After its answer the server may cut the connection while the rest is still being sent.
  request.on('error', () => undefined);
  for (let n = 0; n < pieces; n += 1) request.write(' '.repeat(65_536));
  request.end();
  const [response] = await once(request, 'response');
  response.resume();
  return response.statusCode;
}

describe('over a socket', () => {
  it('plain fetch reads a status, and 304 with the ETag it got', async () => {
    const headers = { Authorization: `Bearer ${key}` };
    const first = await fetch(`${base}/status/orders/o-1`, { headers });
    expect(await first.json()).toMatchObject({ id: 'o-1', seq: 1 });
    const etag = first.headers.get('ETag') ?? '';
    expect(etag).toBe(`"${epochOf(1)}.1"`);
    const second = await fetch(`${base}/status/orders/o-1`, { headers: { ...headers, 'If-None-Match': etag } });
    expect([second.status, second.headers.get('ETag'), await second.text()]).toEqual([304, etag, '']);
  });

  it('URLs lead back here', async () => {
    const { channels } = await (await fetch(`${base}/.well-known/statuswire`)).json();
    expect(channels[0].url).toBe(`${base}/`);
  });

  it.each(['/executions/orders', '/events'])('a body of 2 MB to %s is 413, each time', async (path) => {
    for (let n = 0; n < 4; n += 1) {
      const answer = await fetch(`${base}${path}`, {
        method: 'POST',
        body: JSON.stringify('x'.repeat(2 * 2 ** 20)),
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
      });
      expect([answer.status, answer.headers.get('Connection')]).toEqual([413, 'close']);
      expect(await answer.json()).toMatchObject({ type: 'urn:statuswire:problem:payload-too-large' });
    }
  });

  it('so is one sent in pieces', async () => {
    expect(await sendInPieces('/events', 32)).toBe(413);
  });

  it('bad JSON, no token and an unknown path are problems', async () => {
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` };
    const statuses = [
      await fetch(`${base}/tokens`, { method: 'POST', body: '{', headers }),
      await fetch(`${base}/executions`),
      await fetch(`${base}/none`),
    ].map((answer) => [answer.status, answer.headers.get('Content-Type')]);
    const type = 'application/problem+json';
    expect(statuses).toEqual([
      [400, type],
      [401, type],
      [404, type],
    ]);
  });
});
