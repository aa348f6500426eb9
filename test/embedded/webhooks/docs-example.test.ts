import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createSender } from '../../../handlers/egress/sender.ts';
import { createSigner } from '../../../handlers/webhooks/sign.ts';
import { startChild } from '../../support/child.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

/** Takes away what Node 20 does not have, as far as an example might use it. */
const node20 = `
for (const [of, names] of [[Array, ['fromAsync']], [Promise, ['withResolvers', 'try']], [Object, ['groupBy']],
  [Map, ['groupBy']], [Iterator.prototype, ['map', 'filter', 'toArray']], [globalThis, ['Iterator', 'WebSocket']]])
  for (const name of names) delete of[name];
`;

/** Runs the receiver shown in docs/webhooks.md, unchanged but for a last line that tells its port. */
async function startExample(): Promise<{ readonly port: number; readonly child: ChildProcess }> {
  const docs = await readFile(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8');
  const code = /```js\n(?<code>[\s\S]*?)```/.exec(docs)?.groups?.code;
  if (code === undefined) throw new Error('no example');
  // Inside the project, so that the example finds its package.
  const folder = await mkdtemp(new URL('../../../node_modules/.example-', import.meta.url).pathname);
  closers.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'example.mjs');
  await writeFile(file, `${node20}\n${code}\nserver.on('listening', () => console.log(server.address().port));\n`);
  const env = { ...process.env, WEBHOOK_SECRET: secret, PORT: '0' };
  const child = startChild(process.execPath, [file], { env });
  closers.push(async () => {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  });
  const [line] = await once(child.stdout, 'data');
  return { port: Number(String(line)), child };
}

test('the receiver in docs/webhooks.md accepts what we sign, and nothing else', async () => {
  const { port, child } = await startExample();
  const { send, close } = createSender({ allow: ['127.0.0.1'] });
  closers.push(close);
  const data = { workflow: 'orders', id: 'order-1', seq: 4, status: 'RUNNING' };
  const body = JSON.stringify({ type: 'status.updated', data });
  const headers = createSigner()(secret, { id: 'upd_A_4', sentAt: Date.now(), body });
  const url = `http://127.0.0.1:${port}/`;
  const printed = once(child.stdout ?? child, 'data');
  expect(await send({ url, headers, body })).toMatchObject({ status: 204 });
  expect(String(await printed)).toBe('orders order-1 4 RUNNING\n');
  expect(await send({ url, headers, body: body.replace('4', '5') })).toMatchObject({ status: 401 });
  expect(await send({ url, headers: {}, body })).toMatchObject({ status: 401 });

  const broken = connect(port, '127.0.0.1').end('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{');
  await once(broken.resume(), 'close');
  expect(await send({ url, headers, body })).toMatchObject({ status: 204 });
});
