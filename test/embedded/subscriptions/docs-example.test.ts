import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The client shown in docs/subscriptions.md, of the service at `url`, a thousand times as impatient. */
async function startExample(url: string): Promise<void> {
  const docs = await readFile(new URL('../../../docs/subscriptions.md', import.meta.url), 'utf8');
  const code = /```ts\n(?<code>import \{ createClient \} from 'graphql-ws'[\s\S]*?)```/.exec(docs)?.groups?.code ?? '';
  expect(code).toContain('keepAlive: 10_000');
  const [connected = ''] = code.split('const updates');
  const quick = connected.replaceAll('_000', '').replace('ws://127.0.0.1:8787/graphql', url);
  const folder = await mkdtemp(new URL('../../../node_modules/.example-', import.meta.url).pathname);
  closers.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'example.ts');
  await writeFile(file, `const fetchToken = async () => 't';\n${quick}\nexport { client };\n`);
  const { client } = (await import(/* @vite-ignore */ file)) as { readonly client: import('graphql-ws').Client };
  closers.push(() => client.dispose());
  client.subscribe(
    { query: 'subscription { a }' },
    { next: () => undefined, error: () => undefined, complete: () => undefined },
  );
}

it('the client in docs/subscriptions.md makes a connection anew that says nothing any more', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' });
  closers.push(() => server.close());
  await once(server, 'listening');
  const answers: Readonly<Record<string, string>> = { connection_init: 'connection_ack', ping: 'pong' };
  const anew = Promise.withResolvers<void>();
  let count = 0;
  server.on('connection', (socket: WebSocket) => {
    count += 1;
    const pongs = count === 1 ? 3 : 0;
    let pings = 0;
    if (count === 3) anew.resolve();
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data)) as { readonly type: string };
      if (type === 'ping' && ++pings > pongs) return;
      const answer = answers[type];
      if (answer) socket.send(JSON.stringify({ type: answer }));
    });
  });
  await startExample(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  // Two that fell silent, and a third.
  await anew.promise;
});
