import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpServer, listen } from '../../../embedded/service/http-server.ts';
import { type ApiKit, apiKit } from '../../handlers/api/support/api-kit.ts';

let kit: ApiKit;
let key: string;
let server: HttpServer;
beforeAll(async () => {
  kit = await apiKit();
  key = await kit.key();
  server = await listen({
    fetch: (request) => kit.api.fetch(request),
    subscriptions: {
      handleUpgrade: (_request, socket) => socket.destroy(),
      handleAppsync: (_request, socket) => socket.destroy(),
      disconnect: () => undefined,
      stats: () => ({ sockets: 0, slow: 0 }),
      close: async () => undefined,
    },
    graphqlPath: '/graphql',
    host: '127.0.0.1',
    port: 0,
  });
});
afterAll(() => server.close(0));

const headers = () => ({ Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' });

/** What comes back until the server closes, to bytes that are followed by nothing, not even by an end. */
async function answerTo(...pieces: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  for (const piece of pieces) socket.write(piece);
  await once(socket, 'close');
  return text;
}

/** So many bytes in pieces of 64 KiB, then the end. */
function pouring(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      left -= 65_536;
      controller.enqueue(new Uint8Array(65_536).fill(0x20));
    },
  });
}

describe('a body without a length', () => {
  it('is taken from a stream of fetch', async () => {
    const body = new Blob(['{"input":', '{"total":7}}']).stream();
    const init = { method: 'POST', body, duplex: 'half', headers: headers() };
    expect((await fetch(`${server.url}/executions/orders`, init)).status).toBe(202);
    expect(kit.starts.at(-1)?.input).toBe('{"total":7}');
  });

  it('with characters that are cut in two by the chunks is the same text', async () => {
    const bytes = Buffer.from(JSON.stringify({ input: { name: 'Zoë 🎉' } }));
    const request = httpRequest(`${server.url}/executions/orders`, { method: 'POST', headers: headers() });
    for (const byte of bytes) request.write(Buffer.of(byte));
    request.end();
    const [response] = await once(request, 'response');
    response.resume();
    expect([response.statusCode, kit.starts.at(-1)?.input]).toEqual([202, '{"name":"Zoë 🎉"}']);
  });

  it('HTTP/1.0: neither a length nor a Host is needed', async () => {
    const head = `POST /executions/orders HTTP/1.0\r\nAuthorization: Bearer ${key}\r\n`;
    const answer = await answerTo(`${head}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 202 /);
    expect(answer).toContain(`"statusUrl":"${server.url}/status/orders/`);
  });
});

describe('a body above the limit', () => {
  it('is refused while it comes: 413 before its end, and the connection is closed', async () => {
    const lines = Object.entries({ Host: 'x', 'Transfer-Encoding': 'chunked', ...headers() }).map((h) => h.join(': '));
    const head = `POST /tokens HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
    const answer = await answerTo(head, `${(2 ** 20).toString(16)}\r\n`, Buffer.alloc(2 ** 20, ' '), '\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.toLowerCase()).toContain('\r\nconnection: close\r\n');
    expect(answer).toContain('urn:statuswire:problem:payload-too-large');
  });

  it('RFC 9112 §9.6: a client that goes on sending hears so each time, whatever it says of the length', async () => {
    const heard: unknown[] = [];
    for (let n = 0; n < 8; n += 1) {
      const init = { method: 'POST', body: pouring(8 * 2 ** 20), duplex: 'half', headers: headers() };
      heard.push(await fetch(`${server.url}/events`, init).then(({ status }) => status, String));
    }
    expect(heard).toEqual(Array(8).fill(413));
  });

  it('a client that never stops is cut off', async () => {
    const request = httpRequest(`${server.url}/events`, { method: 'POST', headers: headers() });
    request.on('error', () => undefined);
    const pour = (): void => {
      while (!request.destroyed && request.write(Buffer.alloc(65_536, ' ')));
    };
    request.on('drain', pour);
    pour();
    const [response] = await once(request, 'response');
    response.resume();
    expect(response.statusCode).toBe(413);
    if (!request.socket?.destroyed) await once(request.socket ?? request, 'close');
  });
});
