import { setTimeout as delay } from 'node:timers/promises';
import { type Call, insist, until } from '../crash/calls.ts';
import type { Faults, WebhookReader } from '../crash/readers.ts';
import { cloudRun, sendShuffled } from './cloud-runs.ts';
import { faultsOfGone, forgetOnce, type Gone } from './gone.ts';
import { lastingStart, pickStart, type Start, startTrack, type Track } from './load.ts';
import { redriveOnce } from './redrives.ts';
import { readInVisits, type VisitOptions } from './sdk-readers.ts';

export interface MixedLoadOptions {
  readonly seed: number;
  readonly random: () => number;
  readonly perSecond: number;
  readonly call: Call;
  readonly reader: Pick<VisitOptions, 'url' | 'token' | 'visitMs' | 'signal'>;
  readonly faults: Faults;
  /** They have all of an execution before it is forgotten. */
  readonly partners: readonly WebhookReader[];
  /** The server's clock, epoch milliseconds. */
  readonly now: () => number;
  /** No further execution begins, and no further redrive. */
  readonly signal: AbortSignal;
}

/** Begun and not ended at a time: a slow machine gets less load, not an ever longer queue. */
const maxUnderWay = 400;
const tickMs = 100;

/** Begins executions of every kind, and reads, redrives and forgets some of them. */
export function mixedLoad(options: MixedLoadOptions) {
  const { seed, random, perSecond, call, faults, partners, now, signal } = options;
  const tracks: Track[] = [];
  const gone: Gone[] = [];
  const broken: string[] = [];
  const work = new Set<Promise<void>>();
  const counts = { cloudRuns: 0, visits: 0, redrives: 0, forgotten: 0, underWay: 0 };
  let chosen = 0;
  let paused = false;

  /** Work that has to end well, with the execution it is about. Resolves with its end, be it good or bad. */
  function watchOver(what: string, promise: Promise<void>): Promise<void> {
    const kept = promise
      .catch((error: unknown) => void broken.push(`${what}: ${String(error)}`))
      .finally(() => work.delete(kept));
    work.add(kept);
    return kept;
  }

  async function readSometimes(track: Track): Promise<void> {
    if (random() > 0.4) return;
    await watchOver(
      `a reader of ${track.workflow}/${track.id}`,
      readInVisits(track, { ...options.reader, random, faults }).then((visits) => {
        counts.visits += visits;
      }),
    );
  }

  async function forgetSometimes(track: Track, read: Promise<void>): Promise<void> {
    // The first always is: on a slow machine there may be too few for chance to take one.
    if (chosen > 0 && random() > 0.08) return;
    chosen += 1;
    await read;
    const one = await forgetOnce(call, track, partners);
    gone.push(one);
    counts.forgotten += 1;
    broken.push(...(await faultsOfGone(call, one)));
  }

  async function begin(index: number, redrives: boolean): Promise<void> {
    const id = `e-${seed}-${index}`;
    if (index % 4 === 3) {
      const run = cloudRun(seed + index, id, random() < 0.25, now() - 600_000);
      counts.cloudRuns += 1;
      tracks.push(run);
      const read = readSometimes(run);
      const refused = await sendShuffled(call, run, random);
      if (refused > 0) broken.push(`${run.workflow}/${id}: ${refused} real events were refused`);
      return forgetSometimes(run, read);
    }
    await beginHere(pickStart(random), id, redrives);
  }

  async function beginHere(start: Start, id: string, redrives: boolean): Promise<void> {
    const track = startTrack(start, id);
    tracks.push(track);
    const read = readSometimes(track);
    const body = { id, input: start.input };
    await insist(call, 202, 'POST', `/executions/${start.workflow}`, body, { 'idempotency-key': `"${id}"` });
    if (redrives && start.end === 'FAILED' && random() < 0.2) {
      if (await redriveOnce(call, track, signal)) counts.redrives += 1;
    } else await forgetSometimes(track, read);
  }

  function launch(what: string, begun: Promise<void>): void {
    counts.underWay += 1;
    void watchOver(
      what,
      begun.finally(() => {
        counts.underWay -= 1;
      }),
    );
  }

  return {
    tracks,
    gone,
    broken,
    work,
    counts,
    async run(redrives: boolean): Promise<void> {
      const began = Date.now();
      for (let index = 0; !signal.aborted; await delay(tickMs)) {
        const due = Math.floor(((Date.now() - began) / 1_000) * perSecond);
        for (; index < due; index += 1) {
          if (!paused && counts.underWay < maxUnderWay) launch(`e-${seed}-${index}`, begin(index, redrives));
        }
      }
    },
    /** Begins none any more; resolves when all that was begun is sent, redriven and forgotten. */
    async pause(): Promise<void> {
      paused = true;
      await until(() => counts.underWay === 0);
    },
    /**
     * Begins some that will be under way when the days pass. Only here: the sources of another place would speak of a run
     * that ended too long ago, once they can be heard again (S4).
     */
    begin(count: number): void {
      for (let index = 0; index < count; index += 1) {
        const id = `e-${seed}-lasting-${index}`;
        launch(id, beginHere(lastingStart, id, false));
      }
    },
    resume(): void {
      paused = false;
    },
  };
}

export type MixedLoad = ReturnType<typeof mixedLoad>;
