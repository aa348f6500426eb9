import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebhookPayload } from '../../core/webhook.ts';
import { caller, eachOf, insist, repeat } from '../crash/calls.ts';
import { readToEnd } from '../crash/logs.ts';
import { crashableServer } from '../crash/server.ts';
import { startReceiver } from '../handlers/egress/receiver.ts';
import { createTally, type FaultOptions, messageOf, type Outcome } from './report.ts';

const second = 1_000;
const steps = [1, -1, -4, -30, 3_600, -3_600, -30 * 86_400].map((seconds) => seconds * second);
const apiKey = 'sw_clocks_0123456789abcdefghijklmnopqrstuvwxyz';
const preload = new URL('./stepped-clock.ts', import.meta.url).href;
const ordersEach = 6;
/** Longest of what is waited for (a retry of 5 s, twice; the sender's sleep of 60 s), and a busy machine. */
const withinMs = 100 * second;

/** Counts by execution what an endpoint accepted; refuses each fourth message once. */
async function flakyEndpoint() {
  const accepted = new Map<string, number[]>();
  const refused = new Set<string>();
  let count = 0;
  const receiver = await startReceiver((response, { headers, body }) => {
    const id = headers['webhook-id'] ?? '';
    count += 1;
    if (count % 4 === 0 && !refused.has(id)) {
      refused.add(id);
      return response.writeHead(500).end();
    }
    const { data } = JSON.parse(body) as WebhookPayload;
    const seqs = accepted.get(data.id) ?? [];
    if (!seqs.includes(data.seq)) accepted.set(data.id, [...seqs, data.seq]);
    return response.end();
  });
  return { accepted, receiver };
}

/** Sets the clock of the real command while orders run and webhooks are refused; nothing may be lost or held up. */
export async function clockSteps({ random, print }: FaultOptions): Promise<Outcome> {
  const tally = createTally();
  const dataFolder = mkdtempSync(join(tmpdir(), 'statuswire-clocks-'));
  const clock = join(dataFolder, 'clock');
  let offset = 0;
  const set = (ms: number): void => {
    writeFileSync(`${clock}.new`, String(ms));
    renameSync(`${clock}.new`, clock);
  };
  set(0);
  const launcher = ['env', `NODE_OPTIONS=--import ${preload}`, `FAULTS_CLOCK=${clock}`];
  const server = await crashableServer({ dataFolder: join(dataFolder, 'data'), apiKey, timeScale: 0.05, launcher });
  const call = caller(server.url, apiKey);
  const old = await flakyEndpoint();
  const receivers = [old.receiver];
  try {
    await server.start();
    await insist(call, 201, 'POST', '/webhooks', { url: old.receiver.origin });
    for (const [round, step] of [...steps].sort(() => random() - 0.5).entries()) {
      const what = `the clock set by ${step / second} s`;
      const ids = (part: string) => Array.from({ length: ordersEach }, (_, n) => `${round}-${part}-${n}`);
      const start = (id: string) => insist(call, 202, 'POST', '/executions/orders', { id });
      const [before, after] = [ids('before'), ids('after')];
      await eachOf(before, 4, start);
      offset += step;
      set(offset);
      const fresh = await flakyEndpoint();
      receivers.push(fresh.receiver);
      const { id: endpointId } = (await (await call('POST', '/webhooks', { url: fresh.receiver.origin })).json()) as {
        readonly id: string;
      };
      await eachOf(after, 4, start);
      const begun = performance.now();
      try {
        const lengths = new Map<string, number>();
        await eachOf([...before, ...after], 8, async (id) => {
          lengths.set(id, (await readToEnd(call, 'orders', id)).length);
        });
        const has = (accepted: ReadonlyMap<string, readonly number[]>, id: string): boolean =>
          accepted.get(id)?.length === lengths.get(id);
        const all = () =>
          [...before, ...after].every((id) => has(old.accepted, id)) && after.every((id) => has(fresh.accepted, id));
        await repeat(async () => all() || null, withinMs);
        tally.count('all came');
        print(`${what}: all came within ${Math.round(performance.now() - begun)} ms`);
      } catch (error) {
        tally.count('failed');
        tally.fail(`${what}: webhooks or executions are missing (${messageOf(error)})`);
      }
      await call('DELETE', `/webhooks/${endpointId}`);
    }
    if ((await server.stop()) !== 0) tally.fail('the server did not stop with exit code 0');
    return tally.outcome();
  } finally {
    await server.kill();
    for (const receiver of receivers) await receiver.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}
