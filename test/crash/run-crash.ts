import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Update } from '../../core/contract.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { caller, eachOf, insist, until } from './calls.ts';
import { isContiguous, lineOf, readToEnd } from './logs.ts';
import { type Faults, noFaults, watchAll, webhookReader } from './readers.ts';
import { crashableServer } from './server.ts';

export interface CrashOptions {
  readonly seed: number;
  readonly orders: number;
  /** How often the server is killed while the orders run. */
  readonly kills: number;
  /** Orders watched by a polling and by a subscribing reader across the crashes. */
  readonly watched: number;
  readonly print: (line: string) => void;
}

export interface CrashReport {
  readonly accepted: number;
  readonly kills: number;
  readonly ended: number;
  readonly updates: number;
  /** Logs that are not contiguous from 1, or do not end as the input says. */
  readonly brokenLogs: readonly string[];
  readonly polling: Faults;
  readonly subscription: Faults;
  readonly webhook: Faults;
  /** Webhook deliveries repeated on the wire under the same id. */
  readonly deliveredAgain: number;
  readonly exitCode: number | null;
}

const outcomes = [
  { input: {}, end: 'SUCCEEDED' },
  { input: { payment: 'declined' }, end: 'FAILED' },
  { input: { payment: 'timeout-once' }, end: 'SUCCEEDED' },
  { input: { stock: 'none' }, end: 'FAILED' },
] as const;

/**
 * Starts orders while the server is killed (`kill -9`) and started again at seeded moments, then checks that every
 * accepted order reached its end, every log is contiguous from 1, and every reader saw each seq once, in order.
 */
export async function runCrash(options: CrashOptions): Promise<CrashReport> {
  const { orders, kills, print } = options;
  const random = seededRandom(options.seed);
  const dataFolder = mkdtempSync(join(tmpdir(), 'statuswire-crash-'));
  const apiKey = `sw_crash_${randomBytes(24).toString('base64url')}`;
  const server = await crashableServer({ dataFolder, apiKey, timeScale: 0.1 });
  const call = caller(server.url, apiKey);
  const plan = Array.from({ length: orders }, (_, index) => ({
    id: `order-${index}`,
    ...(outcomes[Math.floor(random() * outcomes.length)] ?? outcomes[0]),
  }));
  const watched = plan.filter((_, index) => index % Math.ceil(orders / options.watched) === 0).map(({ id }) => id);
  // Moments by how far the work has come, so that they hit it on fast and slow machines alike.
  const moments = Array.from({ length: kills }, () => random() * 1.2).sort((a, b) => a - b);
  const [polling, subscription, webhook] = [noFaults(), noFaults(), noFaults()];
  const partner = await webhookReader(webhook);
  try {
    await server.start();
    await call('POST', '/webhooks', { url: partner.url, filter: { workflows: ['orders'] } });
    const poller = watchAll(server.url, apiKey, 'polling', watched, polling);
    const subscriber = watchAll(server.url, apiKey, 'subscription', watched, subscription);
    let accepted = 0;
    const starting = eachOf(plan, 40, async ({ id, input }) => {
      await insist(call, 202, 'POST', '/executions/orders', { id, input }, { 'idempotency-key': `"${id}"` });
      accepted += 1;
    });
    for (const [index, moment] of moments.entries()) {
      // Past 1: all are accepted, many still run.
      if (moment < 1) await until(() => accepted >= moment * orders);
      else await starting.then(() => delay((moment - 1) * 2_000));
      await server.kill();
      print(`kill ${index + 1} of ${kills}: ${accepted} of ${orders} accepted`);
      await server.start();
    }
    await starting;
    print(`${accepted} accepted; reading every log to its end`);
    const logs = new Map<string, readonly Update[]>();
    await eachOf(plan, 20, async ({ id }) => void logs.set(id, await readToEnd(call, 'orders', id)));
    await Promise.all([poller.done, subscriber.done]);
    await until(() => plan.every(({ id }) => partner.taken.get(`orders/${id}`) === logs.get(id)?.length));
    poller.close();
    subscriber.close();
    const brokenLogs = plan.flatMap(({ id, end }) => faultOf(id, logs.get(id) ?? [], end));
    return {
      accepted,
      kills,
      ended: [...logs.values()].filter((log) => log.at(-1)?.done).length,
      updates: [...logs.values()].reduce((sum, log) => sum + log.length, 0),
      brokenLogs,
      polling,
      subscription,
      webhook,
      deliveredAgain: partner.again(),
      exitCode: await server.stop(),
    };
  } finally {
    await server.kill();
    await partner.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

function faultOf(id: string, log: readonly Update[], end: string): readonly string[] {
  const ends = log.filter((update) => update.done).length;
  const fine = isContiguous(log) && log[0]?.status === 'PENDING' && ends === 1 && log.at(-1)?.status === end;
  return fine ? [] : [lineOf(id, log)];
}
