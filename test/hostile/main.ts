import { Console } from 'node:console';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { safeguards } from '../mutations/safeguards.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { attacks } from './attacks.ts';
import { heapMb, openGround } from './ground.ts';
import { besideAnInnocent, type Met } from './innocent.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, seed: { type: 'string' }, seconds: { type: 'string' } },
});
const seed = Number(values.seed ?? 1);
const seconds = Number(values.seconds ?? 6);
const out = new Console(process.stdout, process.stderr);
const known = new Set(safeguards.map(({ name }) => name));
const missing = attacks.flatMap(({ heldBy }) => heldBy.filter((name) => !known.has(name)));
if (missing.length > 0) throw new Error(`no safeguard of test:mutations is called: ${missing.join('; ')}`);

/** In an order that the seed decides: what one attack leaves behind must not help or harm the next. */
const random = seededRandom(seed);
const chosen = attacks
  .filter(({ name }) => name.includes(values.only ?? ''))
  .map((attack) => ({ attack, rank: random() }))
  .sort((a, b) => a.rank - b.rank)
  .map(({ attack }) => attack);
/** Bytes of heap that may stay after an attack, beside what there was before. */
const heapSlack = 48 * 1_048_576;
const heapName = 'nodejs_heap_size_used_bytes';

let ground = await openGround();
let failed = chosen.length === 0;
try {
  const idle = await besideAnInnocent(ground, 'idle', () => new Promise((resolve) => setTimeout(resolve, 4_000)));
  const most = 250 * Math.max(1, idle.p99 / 5);
  out.log(
    `seed ${seed}; ${heapMb} MB of heap; idle p99 ${idle.p99.toFixed(1)} ms, so at most ${most.toFixed(0)} ms beside`,
  );
  for (const [at, { name }] of chosen.entries()) {
    const before = await ground.sample(heapName);
    let counts: Readonly<Record<string, number>> = {};
    const met = await besideAnInnocent(ground, `a${at}`, async () => {
      counts = await attacked(name);
    });
    const kept = ground.isRunning() ? await settledHeap(before + heapSlack) : Number.NaN;
    const faults = faultsOf(met, most, kept - before);
    failed ||= faults.length > 0;
    const verdict = faults.length === 0 ? 'held  ' : 'FAILED';
    out.log(`${verdict} ${name.padEnd(36)} p99 ${met.p99.toFixed(0).padStart(5)} ms, ${JSON.stringify(counts)}`);
    for (const fault of faults) out.log(`       ${fault}`);
    if (ground.isRunning()) continue;
    await ground.stop();
    ground = await openGround();
  }
} finally {
  await ground.stop();
}
out.log(failed ? 'FAILED' : `All ${chosen.length} attacks held.`);
process.exitCode = failed ? 1 : 0;

/** Plays it in a thread; resolves with its counts when the thread has ended, and all it opened with it. */
async function attacked(name: string): Promise<Readonly<Record<string, number>>> {
  const workerData = { name, place: ground.place, seconds };
  const thread = new Worker(new URL('./attack-thread.ts', import.meta.url), { workerData, env: {} });
  try {
    const [counts] = await once(thread, 'message');
    return counts;
  } finally {
    await thread.terminate();
  }
}

/** The garbage goes when there is reason for it, so a look is repeated for a while. */
async function settledHeap(enough: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 60 && least > enough; look += 1) {
    least = Math.min(least, await ground.sample(heapName));
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return least;
}

function faultsOf({ p99, lost, refused, requests, updates }: Met, most: number, grown: number): readonly string[] {
  if (!ground.isRunning()) return ['the service is gone'];
  return [
    ...(p99 <= most ? [] : [`the innocent waited ${p99.toFixed(0)} ms`]),
    ...(refused === 0 ? [] : [`${refused} of ${requests} requests of the innocent were refused`]),
    ...(lost.polling === 0 ? [] : [`polling lost ${lost.polling} of ${updates} updates`]),
    ...(lost.subscription === 0 ? [] : [`the subscription lost ${lost.subscription} of ${updates} updates`]),
    ...(grown <= heapSlack ? [] : [`${Math.round(grown / 1_048_576)} MB of heap did not come back`]),
  ];
}
