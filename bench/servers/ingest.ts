import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { defaultRules } from '../../core/workflow-rules.ts';
import { openStore } from '../../embedded/store/index.ts';
import { createAppender } from '../../handlers/ingest/append.ts';
import { createIngest } from '../../handlers/ingest/ingest.ts';
import { serveCalls } from '../process/calls.ts';
import { startCpu } from '../process/cpu.ts';
import { percentile } from '../report/spread.ts';
import { progressEvent, startedEvent } from './events.ts';
import { fillLog } from './fill-log.ts';
import { temporaryFolder } from './folder.ts';

/** The ingest over a store on disk, as the service wires it, without HTTP. */
const folder = temporaryFolder();
const store = openStore({ file: join(folder, 'bench.db') });
await store.start(async () => undefined);
const now = Date.now;
const rulesOf = () => defaultRules;
const appender = createAppender({ log: store.log, rulesOf, timers: { wake: () => {} }, now });
const { bindings, deadLetters } = store;
const ingest = createIngest({ appender, bindings, deadLetters, rulesOf, now, newId: () => ulid() });

const prefix = process.pid;
let made = 0;
let sequence = 0;
const known: string[] = [];

/** Executions that run already, so that every event is an update of an existing log. */
async function prepare(count: number): Promise<void> {
  while (known.length < count) {
    const ids = Array.from({ length: 100 }, () => `run-${prefix}-${++made}`);
    known.push(...ids);
    const { rejected } = await ingest(ids.map((id) => startedEvent(id)));
    if (rejected[0]) throw new Error(rejected[0].reason);
  }
}

async function take(id: string): Promise<void> {
  sequence += 1;
  const { rejected } = await ingest([progressEvent(id, sequence)]);
  if (rejected[0]) throw new Error(rejected[0].reason);
}

/** What the disk does at best: as many pages as a commit writes, and fdatasync, again and again. */
function fdatasyncs(count: number, bytes: number): number {
  const file = openSync(join(folder, 'fdatasync'), 'w');
  const page = Buffer.alloc(bytes, 1);
  const began = performance.now();
  for (let index = 0; index < count; index += 1) {
    writeSync(file, page, 0, bytes, index * bytes);
    fdatasyncSync(file);
  }
  const perSecond = (count / (performance.now() - began)) * 1_000;
  closeSync(file);
  return perSecond;
}

serveCalls({
  prepare,
  fdatasyncs,
  fill: (rows: number) => fillLog(store, rows),
  /** Events per second and the 99th percentile of a round, milliseconds; `together` events under way at a time. */
  async events(rounds: number, together: number) {
    await prepare(together);
    const times: number[] = [];
    const cpu = startCpu();
    const began = performance.now();
    for (let round = 0; round < rounds; round += 1) {
      const from = performance.now();
      await Promise.all(known.slice(0, together).map(take));
      times.push(performance.now() - from);
    }
    const ms = performance.now() - began;
    const events = rounds * together;
    return { perSecond: (events / ms) * 1_000, cpuUs: cpu() / events, p99: percentile(times, 0.99) };
  },
});
