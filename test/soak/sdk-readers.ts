import { setTimeout as delay } from 'node:timers/promises';
import { createStatusClient, isStatusError } from '../../client-sdk/src/index.ts';
import { countFault, type Faults } from '../crash/readers.ts';
import type { Track } from './load.ts';

export interface VisitOptions {
  readonly url: string;
  readonly token: string;
  readonly random: () => number;
  readonly faults: Faults;
  /** The longest visit. */
  readonly visitMs: number;
  /** Ends the reading early; then it rejects. */
  readonly signal: AbortSignal;
}

const channels = ['polling', 'subscription', 'auto'] as const;

/**
 * Reads one execution to its end in visits: a new client each time, over any channel, that leaves after a few updates or
 * some time; the next one goes on from the cursor (G6). Answers how many visits it took.
 */
export async function readInVisits(track: Track, options: VisitOptions): Promise<number> {
  const { url, token, random, faults, visitMs, signal } = options;
  let seq = 0;
  let from = 'beginning';
  for (let visits = 1; ; visits += 1) {
    const choice = channels[Math.floor(random() * channels.length)] ?? 'auto';
    const client = createStatusClient({ url, token, channels: choice });
    const watch = client.watch(track.workflow, track.id, {
      from,
      notFoundAfterMs: Number.POSITIVE_INFINITY,
      redrives: true,
      signal,
    });
    const leave = setTimeout(() => watch.close(), visitMs);
    let left = 1 + Math.floor(random() * 8);
    try {
      for await (const update of watch) {
        countFault(faults, seq, update);
        seq = update.seq;
        from = update.cursor;
        if (track.isEnded(update)) return visits;
        left -= 1;
        if (left === 0) break;
      }
    } catch (error) {
      // What a closed watch rejects with is the end of the visit.
      if (!isStatusError(error, 'closed')) throw error;
    } finally {
      clearTimeout(leave);
      client.close();
    }
    await delay(random() * 500, undefined, { signal });
  }
}
