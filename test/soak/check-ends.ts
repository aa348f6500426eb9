import type { Update } from '../../core/contract.ts';
import { type Call, eachOf, repeat } from '../crash/calls.ts';
import { isContiguous, lineOf, readToEnd } from '../crash/logs.ts';
import type { WebhookReader } from '../crash/readers.ts';
import type { Track } from './load.ts';

/** By `workflow/id`. */
export type Logs = ReadonlyMap<string, readonly Update[]>;

/**
 * Reads every log to its end and says what is wrong with it: a gap, an end that is not the expected one, more ends than
 * attempts, or a webhook partner that did not get all of it.
 */
export async function checkEnds(
  call: Call,
  tracks: readonly Track[],
  partners: readonly WebhookReader[],
  print: (line: string) => void,
  withinMs: number,
): Promise<{ readonly logs: Logs; readonly faults: readonly string[] }> {
  const logs = new Map<string, readonly Update[]>();
  const faults: string[] = [];
  const endAt = Date.now() + withinMs;
  await eachOf(tracks, 20, async (track) => {
    const name = `${track.workflow}/${track.id}`;
    try {
      const log = await readToEnd(call, track.workflow, track.id, (last) => hasEnded(track, last), endAt - Date.now());
      logs.set(name, log);
      if (!isContiguous(log) || endsTooOften(track, log)) faults.push(lineOf(name, log));
      if (!(await isLatest(call, track, log))) faults.push(`${name}: GET /status is behind the log (G6)`);
    } catch (error) {
      faults.push(`${name} never came to its end: ${String(error)}`);
    }
  });
  print(`${logs.size} logs read to their end`);
  const missing = (): readonly string[] =>
    [...logs]
      .filter(([name, log]) => partners.some(({ taken }) => taken.get(name) !== log.length))
      .map(([name]) => name);
  await repeat(async () => missing().length === 0 || null, withinMs).catch(() => undefined);
  faults.push(...missing().map((name) => `${name}: a webhook partner did not get all of it`));
  return { logs, faults };
}

function hasEnded(track: Track, last: Update): boolean {
  return track.isEnded(last) && (!track.redriven || last.redriveCount > 0);
}

/** G7: what ran here shows one end per attempt. From AWS only the last attempt's end must have come. */
function endsTooOften({ workflow }: Track, log: readonly Update[]): boolean {
  if (workflow.startsWith('cloud')) return false;
  const ends = log.filter((update) => update.done).length;
  return ends !== (log.at(-1)?.redriveCount ?? 0) + 1 || log[0]?.status !== 'PENDING';
}

async function isLatest(call: Call, { workflow, id }: Track, log: readonly Update[]): Promise<boolean> {
  const response = await call('GET', `/status/${workflow}/${id}`);
  const { seq } = (await response.json()) as Update;
  return seq >= log.length;
}
