import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  createStatusClient,
  createWebhookReceiver,
  poll,
  type StatusClient,
  toNodeHandler,
  type WatchedUpdate,
} from '../../../client-sdk/src/server/index.ts';
import { progressEvent, statusChange } from '../../support/aws-shapes.ts';
import { eventually, hangMs } from '../../support/eventually.ts';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';
import { iterateAll } from '../support/collect.ts';

const startDate = Date.now() - 60_000;
const run = (id: string) => ({ workflow: 'parcels', id, startDate });
const dataFolder = mkdtempSync(join(tmpdir(), 'statuswire-receiver-'));

let kit: ServiceKit;
let server: Server;
let client: StatusClient;
/** What becomes of the next deliveries; then all are taken. `lost`: answered as accepted, and nobody saw it. */
let faults: ('taken' | 'lost' | 'repeated' | 'down')[] = [];
/** Every request that came, in order. */
const came: string[] = [];
const onUpdate = vi.fn<(update: WatchedUpdate) => void>();

const report = async (...events: readonly object[]) => {
  const { body } = await kit.call('/events', { body: events });
  expect(body.rejected).toEqual([]);
};
const step = (id: string, sequence: number) =>
  progressEvent({ ...run(id), sequence, percent: sequence, at: startDate });
const callbacks = (id: string) => onUpdate.mock.calls.filter(([update]) => update.id === id).map(([{ seq }]) => seq);

beforeAll(async () => {
  // Retries come at once, so that nothing waits.
  const webhookSchedule = { delaysMs: [20], jitter: 0, maxHintMs: 20 } as const;
  kit = await serviceKit({ dataFolder, rateLimit: 0, webhookSchedule });
  let handle: ReturnType<typeof toNodeHandler>;
  server = createServer((request, response) => {
    const fault = faults.shift() ?? 'taken';
    came.push(`${request.headers['webhook-id']} ${fault}`);
    if (fault === 'down') return void request.socket.destroy();
    if (fault === 'lost') return void response.writeHead(204).end();
    // The receiver has it; the sender hears that it has not.
    if (fault === 'repeated') response.writeHead = () => Object.getPrototypeOf(response).writeHead.call(response, 502);
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  const { body: endpoint } = await kit.call('/webhooks', { body: { url, filter: { workflows: ['parcels'] } } });
  const receiver = createWebhookReceiver({ secret: endpoint.secret, onUpdate });
  handle = toNodeHandler(receiver);
  const { url: service, apiKey: token } = kit.service;
  client = createStatusClient({ url: service, token, channels: [receiver.channel(), poll()] });
});

afterAll(async () => {
  client.close();
  server.close();
  server.closeAllConnections();
  await kit.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

test('deliveries of the real service reach watch and onUpdate in order, over one lost, one repeated, one time down', async () => {
  const { updates, watch } = iterateAll(client.watch('parcels', 'p-1'));
  await report(statusChange({ ...run('p-1'), status: 'RUNNING' }));
  await eventually(() => expect(updates).toHaveLength(1));
  await eventually(() => expect(watch.getSnapshot().connection).toMatchObject({ state: 'live', channel: 'webhook' }));

  faults = ['taken', 'lost', 'repeated', 'taken', 'down', 'down', 'down'];
  for (const sequence of [1, 2, 3, 4]) await report(step('p-1', sequence));
  await report(statusChange({ ...run('p-1'), status: 'SUCCEEDED' }));
  await eventually(() => expect(callbacks('p-1')).toContain(6));
  await eventually(() => expect(updates).toHaveLength(6));

  expect(updates.map(({ seq, skipped }) => [seq, skipped])).toEqual([1, 2, 3, 4, 5, 6].map((seq) => [seq, false]));
  expect(updates.at(-1)).toMatchObject({ status: 'SUCCEEDED', progress: { percent: 4 } });
  // What was answered as accepted and lost does not come again: a plain callback misses it, a watch does not.
  expect(callbacks('p-1')).toEqual([1, 2, 4, 5, 6]);
  expect(faults).toEqual([]);
  const seqsOf = came.map((line) => line.replace(/upd_\w+_/, ''));
  expect(seqsOf).toEqual([
    ...['1 taken', '2 taken', '3 lost', '4 repeated', '4 taken', '5 down', '5 down', '5 down', '5 taken', '6 taken'],
  ]);
});

test('S32: history that was trimmed while the endpoint was down arrives as the latest state, marked skipped', async () => {
  await report(statusChange({ ...run('p-2'), status: 'RUNNING' }));
  await eventually(() => expect(callbacks('p-2')).toEqual([1]));

  // Down until the log is cut: a fault for every attempt there can be meanwhile.
  faults = Array.from({ length: 500 }, () => 'down' as const);
  for (const sequence of [1, 2, 3]) await report(step('p-2', sequence));
  const database = new DatabaseSync(join(dataFolder, 'statuswire.db'), { timeout: hangMs });
  database.exec("DELETE FROM updates WHERE workflow = 'parcels' AND id = 'p-2' AND seq < 4");
  database.close();
  faults = [];

  await eventually(() => expect(callbacks('p-2')).toEqual([1, 4]));
  const [[first], [last]] = onUpdate.mock.calls.slice(-2) as [[WatchedUpdate], [WatchedUpdate]];
  expect([first.skipped, last.skipped]).toEqual([false, true]);
  // A watch that stood where the endpoint stood sees the same.
  const { updates } = iterateAll(client.watch('parcels', 'p-2', { from: first.cursor }));
  await eventually(() => expect(updates).toEqual([last]));
});
