import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpLimits } from '../../../embedded/service/http-limits.ts';
import { type HttpServer, listen } from '../../../embedded/service/http-server.ts';
import type { SubscriptionServer } from '../../../embedded/subscriptions/server.ts';
import { hangMs } from '../../support/eventually.ts';

let server: HttpServer;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close(0);
});

const subscriptions: SubscriptionServer = {
  handleUpgrade: (_request, socket) => socket.end('HTTP/1.1 418 I am a teapot\r\n\r\n'),
  handleAppsync: (_request, socket) => socket.end('HTTP/1.1 419 So am I\r\n\r\n'),
  disconnect: () => {},
  stats: () => ({ sockets: 0, slow: 0 }),
  close: async () => {},
};

async function start(limits: Partial<HttpLimits> = {}): Promise<void> {
  server = await listen({
    fetch: async (request) => new Response(`got ${(await request.text()).length}`),
    subscriptions,
    graphqlPath: '/graphql',
    host: '127.0.0.1',
    port: 0,
    limits: { checkMs: 10, ...limits },
  });
}

/** A connection that says what it is told to, and everything that came back by its end. */
async function open(): Promise<{ readonly socket: Socket; readonly answer: Promise<string> }> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  sockets.push(socket);
  let text = '';
  const answer = new Promise<string>((resolve) => {
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  await once(socket, 'connect');
  return { socket, answer };
}
/** Sends all of it, then waits for the server to end the connection. */
async function say(text: string): Promise<string> {
  const { socket, answer } = await open();
  socket.write(text);
  return answer;
}
const upgrade = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;

describe('slow and greedy clients', () => {
  it('a head that never ends is 408', async () => {
    await start({ headersMs: 50 });
    expect(await say('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')).toMatch(/^HTTP\/1.1 408 /);
  });

  it('so is a head that drips, however steadily', async () => {
    await start({ headersMs: 80 });
    const { socket, answer } = await open();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
    const drip = setInterval(() => socket.write('X-Slow: 1\r\n'), 10);
    expect(await answer.finally(() => clearInterval(drip))).toMatch(/^HTTP\/1.1 408 /);
  });

  it('a connection that says nothing is cut', async () => {
    await start({ headersMs: 50, requestMs: 50 });
    expect(await say('')).toMatch(/^(HTTP\/1.1 408 [\s\S]*)?$/);
  });

  it('a body that never ends is 408', async () => {
    await start({ headersMs: 50, requestMs: 80 });
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n';
    expect(await say(`${head}1234`)).toMatch(/408|^$/);
  });

  it('others are answered meanwhile', async () => {
    await start({ headersMs: hangMs, requestMs: hangMs });
    const slow = await Promise.all(Array.from({ length: 50 }, open));
    for (const { socket } of slow) socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect(await (await fetch(server.url, { method: 'POST', body: 'abc' })).text()).toBe('got 3');
  });

  it('an answer may take longer than the request', async () => {
    await start();
    const { port } = new URL(server.url);
    let arrived = false;
    await server.close(0);
    server = await listen({
      fetch: () => {
        arrived = true;
        return new Promise((resolve) => setTimeout(() => resolve(new Response('held')), 500));
      },
      subscriptions,
      graphqlPath: '/graphql',
      host: '127.0.0.1',
      port: Number(port),
      limits: { headersMs: 200, requestMs: 250, checkMs: 10 },
    });
    // A busy machine may be too slow to send the request in time; then it has not arrived, and is sent again.
    let text = '';
    while (!arrived) text = await (await fetch(server.url)).text();
    expect(text).toBe('held');
  });

  it('headers over 16 KiB are 431', async () => {
    await start();
    expect(await say(`GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
  });

  it('an idle connection is closed after a while', async () => {
    await start({ keepAliveMs: 50 });
    expect(await say('GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('connections over the limit are cut at once; others go on', async () => {
    await start({ connections: 2 });
    const [first] = [await open(), await open()];
    expect(await say('GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
    first.socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await first.answer).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('hostile requests', () => {
  it.each([
    ['garbage', '\x00\xff\x01\r\n\r\n', /^HTTP\/1.1 400 /],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na', /^HTTP\/1.1 400 /],
    [
      'length and chunks at once',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1.1 400 /,
    ],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', /^HTTP\/1.1 400 /],
    ['a host that is none', 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 400 /],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1.1 400 /],
  ])('%s', async (_case, text, answer) => {
    await start();
    expect(await say(text)).toMatch(answer);
  });

  it.each(['//', 'http://', '/\\', '*', '/graphqlx'])('an upgrade of %s is 404 and ends nothing', async (path) => {
    await start();
    expect(await say(upgrade(path))).toMatch(/^HTTP\/1.1 404 /);
    expect(await say(upgrade('/graphql?a=1'))).toMatch(/^HTTP\/1.1 418 /);
    expect(await say(upgrade('/graphql/realtime?a=1'))).toMatch(/^HTTP\/1.1 419 /);
  });
});
