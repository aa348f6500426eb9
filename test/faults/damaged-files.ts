import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Service, startService } from '../../embedded/service/service.ts';
import { startQuickCheck } from '../../embedded/store/quick-check.ts';
import { serviceKit } from '../support/service-kit.ts';
import { createTally, type FaultOptions, messageOf, type Outcome } from './report.ts';

const orders = 30;
const casesEach = 12;
const files = ['statuswire.db', 'statuswire.db-wal', 'api-key', 'token-secret', 'lock'];

/** A folder as a crash leaves it: with a WAL that holds what came last, and how many updates there are. */
async function soundFolder(folder: string): Promise<number> {
  const live = join(folder, 'live');
  const kit = await serviceKit({ dataFolder: live });
  try {
    const ids = Array.from({ length: orders }, (_, n) => `order-${n}`);
    await Promise.all(ids.map((id) => kit.call('/executions/orders', { body: { id } })));
    let updates = 0;
    for (const id of ids) {
      while (!(await kit.call(`/status/orders/${id}`)).body.done) await new Promise(setImmediate);
      updates += (await kit.updatesOf('orders', id)).length;
    }
    cpSync(live, join(folder, 'sound'), { recursive: true });
    rmSync(join(folder, 'sound', 'statuswire.db-shm'), { force: true });
    return updates;
  } finally {
    await kit.service.stop();
  }
}

function damage(file: string, random: () => number): string {
  const bytes = readFileSync(file);
  const at = Math.floor(random() * bytes.length);
  const kind = Math.floor(random() * 3);
  if (kind === 0) {
    const bit = Math.floor(random() * 8);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
    writeFileSync(file, bytes);
    return `bit ${bit} of byte ${at} flipped`;
  }
  if (kind === 1) {
    writeFileSync(file, bytes.subarray(0, at));
    return `cut at ${at}`;
  }
  writeFileSync(file, bytes.fill(0, at, Math.min(at + 4_096, bytes.length)));
  return `zeros from ${at}`;
}

/** What a service that started over the damage shows. */
async function look(service: Service, database: string): Promise<{ readonly updates: number; readonly told: boolean }> {
  const get = (path: string) =>
    fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${service.apiKey}` } });
  let updates = 0;
  for (let n = 0; n < orders; n += 1) {
    const response = await get(`/status/orders/order-${n}/updates`);
    if (response.ok) updates += ((await response.json()) as { readonly updates: readonly unknown[] }).updates.length;
    else await response.body?.cancel();
  }
  let found = false;
  await startQuickCheck({
    file: database,
    afterMs: 0,
    onDamage: () => {
      found = true;
    },
    onError: () => {},
  }).ended;
  const health = (await (await get('/healthz')).json()) as { readonly status?: unknown };
  return { updates, told: found || health.status !== 'ok' };
}

/** Damages files of a folder by seeded bits, cuts and zeros; each is refused in a sentence, told, or costs nothing. */
export async function damagedFiles({ random, print }: FaultOptions): Promise<Outcome> {
  const tally = createTally();
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-damaged-'));
  try {
    const whole = await soundFolder(folder);
    print(`damaged files: ${orders} orders, ${whole} updates; ${casesEach} damages of each of ${files.length} files`);
    for (const file of files) {
      for (let n = 0; n < casesEach; n += 1) {
        const dataFolder = join(folder, `${file}-${n}`);
        cpSync(join(folder, 'sound'), dataFolder, { recursive: true });
        const how = `${file}, ${damage(join(dataFolder, file), random)}`;
        const outcome = await startOver(dataFolder, whole, how);
        if (outcome.failure !== undefined) tally.fail(outcome.failure);
        tally.count(outcome.name);
        rmSync(dataFolder, { recursive: true });
      }
    }
    return tally.outcome();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startOver(dataFolder: string, whole: number, how: string): Promise<{ name: string; failure?: string }> {
  let service: Service;
  try {
    service = await startService({ dataFolder, port: 0, logger: pino({ level: 'silent' }) });
  } catch (error) {
    const sentence = messageOf(error);
    return sentence.length > 10
      ? { name: 'refused' }
      : { name: 'refused', failure: `${how}: refused by "${sentence}"` };
  }
  try {
    const { updates, told } = await look(service, join(dataFolder, 'statuswire.db'));
    if (told) return { name: 'told' };
    // What stands at the very end of a WAL cannot be told from a write that a crash broke off.
    const isLastWrite = how.startsWith('statuswire.db-wal') && updates < whole;
    if (updates === whole || isLastWrite) return { name: updates === whole ? 'harmless' : 'as a crash' };
    return { name: 'unnoticed', failure: `${how}: ${whole - updates} of ${whole} updates are gone, and nobody tells` };
  } finally {
    await service.stop();
  }
}
