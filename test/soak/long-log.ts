import { setTimeout as delay } from 'node:timers/promises';
import { createStatusClient } from '../../client-sdk/src/index.ts';
import { type Call, repeat, until } from '../crash/calls.ts';
import { countFault, type Faults } from '../crash/readers.ts';
import { progressEvent, statusChange } from '../support/aws-shapes.ts';
import { send } from './cloud-runs.ts';
import type { Track } from './load.ts';

/** What the service keeps of a log here: the least that it may be told (S4). */
export const keptUpdates = 1_000;
const beyond = 60;

export const longTrack: Track = {
  workflow: 'long',
  id: 'e-long',
  redriven: false,
  isEnded: (update) => update.status === 'SUCCEEDED',
};
const { workflow, id } = longTrack;

/**
 * One execution that runs for as long as the soak, longer than logs are kept, and whose log is longer than what is kept of
 * it: an open execution never expires, and its front is trimmed (S4).
 *
 * @param startedAt Epoch milliseconds.
 */
export function longRun(call: Call, startedAt: number) {
  let sent = 0;
  const progress = (): unknown => {
    sent += 1;
    return progressEvent({ workflow, id, sequence: sent, message: `step ${sent}`, at: startedAt + sent * 1_000 });
  };
  return {
    /** Up to where trimming has something to do. Past the full detail, one request gives one update (S9). */
    async grow(): Promise<void> {
      await send(call, [statusChange({ workflow, id, startDate: startedAt })]);
      while (sent < keptUpdates) await send(call, Array.from({ length: 90 }, progress));
      for (let more = 0; more < beyond; more += 1) await send(call, [progress()]);
    },
    /** Goes on, slowly. */
    async go(signal: AbortSignal): Promise<void> {
      for (; !signal.aborted; await delay(1_000)) await send(call, [progress()]);
    },
    /** @param at Epoch milliseconds. */
    end: (at: number) =>
      send(call, [statusChange({ workflow, id, status: 'SUCCEEDED', startDate: startedAt, stopDate: at })]),
    /** Resolves when the front of the log is gone: a reader at its first update gets a snapshot (S20). */
    async trimmed(first: string): Promise<void> {
      await repeat(async () => {
        const response = await call('GET', `/status/${workflow}/${id}/updates?after=${first}`);
        return ((await response.json()) as { readonly snapshot?: unknown }).snapshot ? true : null;
      });
    },
  };
}

/** Where a reader stands in the long log. */
export interface LongReader {
  readonly seq: () => number;
  /** The first cursor it got. */
  readonly first: () => string;
  /** Goes on to the end, or until it has this many; resolves there. */
  read(most?: number): Promise<void>;
  /** Updates that said that history before them is gone. */
  readonly skips: () => number;
}

/** Reads the long log over one channel and holds that `skipped` is said exactly where something is missing. */
export function longReader(
  url: string,
  token: string,
  channels: 'polling' | 'subscription',
  faults: Faults,
): LongReader {
  let [seq, skips, from, first] = [0, 0, 'beginning', ''];

  async function read(most = Number.POSITIVE_INFINITY): Promise<void> {
    const client = createStatusClient({ url, token, channels });
    const options = { from, notFoundAfterMs: Number.POSITIVE_INFINITY };
    for await (const update of client.watch(workflow, id, options)) {
      if (update.skipped && update.seq > seq + 1) skips += 1;
      else countFault(faults, seq, update);
      seq = update.seq;
      from = update.cursor;
      first ||= from;
      if (longTrack.isEnded(update) || seq >= most) break;
    }
    client.close();
  }

  return { seq: () => seq, first: () => first, skips: () => skips, read };
}

/** Two of each kind, and what each must have been told in the end. */
export function longReaders(url: string, token: string, faults: Faults) {
  const pair = () => (['polling', 'subscription'] as const).map((channels) => longReader(url, token, channels, faults));
  const [keen, lagging, newcomers] = [pair(), pair(), pair()];
  const ends: Promise<void>[] = [];

  return {
    /** From the first update on; the lagging ones soon leave. */
    async begin(): Promise<void> {
      ends.push(...keen.map((reader) => reader.read()));
      await Promise.all(lagging.map((reader) => reader.read(20)));
      await until(() => keen.every((reader) => reader.seq() > keptUpdates + beyond));
    },
    first: (): string => keen[0]?.first() ?? '',
    /** After the trimming. */
    return(): void {
      ends.push(...[...lagging, ...newcomers].map((reader) => reader.read()));
    },
    /** Resolves with what was told wrongly when all have read the end. */
    async faults(): Promise<readonly string[]> {
      await Promise.all(ends);
      const wrong = (what: string, readers: readonly LongReader[], expected: number): readonly string[] =>
        readers.flatMap((reader) =>
          reader.skips() === expected ? [] : [`${what}: ${reader.skips()} skips instead of ${expected}`],
        );
      return [
        ...wrong('a reader that was never behind the trimming', keen, 0),
        ...wrong('a reader that came back after it', lagging, 1),
        ...wrong('a reader that began after it', newcomers, 1),
      ];
    },
  };
}
