import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { caller, insist } from '../crash/calls.ts';
import { crashableServer } from '../crash/server.ts';
import { awslogs, controlMessage, historyRecord, statusChange } from '../support/aws-shapes.ts';
import { eventually } from '../support/eventually.ts';
import { serviceKit } from '../support/service-kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'statuswire-docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The JavaScript block of a page that has these words, as a file; answers its path. */
function snippetOf(page: string, words: string, name: string): string {
  const text = readFileSync(fileURLToPath(new URL(`../../docs/${page}`, import.meta.url)), 'utf8');
  const found = [...text.matchAll(/```js\n([\s\S]*?)```/g)].filter(([, code = '']) => code.includes(words));
  expect(found, `one block of ${page} with ${words}`).toHaveLength(1);
  const file = join(folder, name);
  writeFileSync(file, found[0]?.[1] ?? '');
  return file;
}

it('docs/workflows.md: the forwarder hands on what CloudWatch Logs and EventBridge send, and fails where it must', async () => {
  const { service, call, stop } = await serviceKit();
  const { handler } = (await import(pathToFileURL(snippetOf('workflows.md', 'awslogs', 'forwarder.mjs')).href)) as {
    readonly handler: (event: unknown) => Promise<void>;
  };
  try {
    process.env.STATUSWIRE_EVENTS = `${service.url}/events`;
    process.env.STATUSWIRE_KEY = service.apiKey;
    const of = { workflow: 'forwarded', id: 'run-1' };
    await handler(controlMessage());
    await handler(statusChange(of));
    await handler(
      awslogs([historyRecord({ ...of, state: 'Pick' }), historyRecord({ ...of, historyId: 5, state: 'Pack' })]),
    );
    expect((await call('/status/forwarded/run-1')).body).toMatchObject({ status: 'RUNNING', state: 'Pack' });
    expect((await call('/dead-letters')).body).toMatchObject({ letters: [] });
    process.env.STATUSWIRE_KEY = 'sw_nobody_0123456789abcdef';
    await expect(handler(statusChange(of))).rejects.toThrow('Statuswire answered 401');
  } finally {
    delete process.env.STATUSWIRE_EVENTS;
    delete process.env.STATUSWIRE_KEY;
    await stop();
  }
});

it('docs/operations.md: with telemetry.mjs loaded before it, the service’s four spans reach the exporter', async () => {
  const spans: { readonly name: string; readonly traceId: string }[] = [];
  const collector = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    // The webhook's receiver is the same server.
    if (request.url === '/v1/traces') spans.push(...JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(204).end();
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const shim = fileURLToPath(new URL('docs/opentelemetry-shim.mjs', import.meta.url));
  const telemetry = snippetOf('operations.md', 'NodeSDK', 'telemetry.mjs');
  const apiKey = 'sw_docs_0123456789abcdef0123456789';
  const env = { NODE_OPTIONS: `--import ${shim} --import ${telemetry}`, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  const dataFolder = join(folder, 'data');
  const server = await crashableServer({ dataFolder, apiKey, timeScale: 0.01, env: () => env });
  try {
    await server.start();
    const call = caller(server.url, apiKey);
    await insist(call, 201, 'POST', '/webhooks', { url: `${endpoint}/hook` });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    await insist(call, 200, 'POST', '/events', statusChange({ workflow: 'traced' }), { traceparent });
    const names = ['statuswire.commit', 'statuswire.deliver', 'statuswire.fanout', 'statuswire.ingest'];
    await eventually(() => expect([...new Set(spans.map(({ name }) => name))].sort()).toEqual(names));
    const ofCaller = spans.filter((span) => span.traceId === traceId).map(({ name }) => name);
    expect(ofCaller.sort()).toEqual(['statuswire.commit', 'statuswire.ingest']);
    expect(await server.stop()).toBe(0);
  } finally {
    await server.kill();
    collector.close();
  }
});
