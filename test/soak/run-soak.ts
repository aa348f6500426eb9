import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { caller, insist, repeat, seededRandom } from '../crash/calls.ts';
import { noFaults } from '../crash/readers.ts';
import { crashableServer } from '../crash/server.ts';
import { checkEnds } from './check-ends.ts';
import { cloudRun, sendShuffled } from './cloud-runs.ts';
import { openEndpoints } from './endpoints.ts';
import { pickStart, startTrack, type Track } from './load.ts';
import { rawReader, slowHttp, slowSocket } from './raw-sockets.ts';
import { canRedrive, redriveOnce } from './redrives.ts';
import type { SoakReport } from './report.ts';
import { levelsOf, type Sample, sampleOf } from './resources.ts';
import { readInVisits } from './sdk-readers.ts';

export interface SoakOptions {
  readonly seed: number;
  /** How long the load lasts; reading everything to its end comes after it. */
  readonly seconds: number;
  /** Executions begun per second. */
  readonly perSecond: number;
  readonly kills: number;
  readonly print: (line: string) => void;
}

/** The kills come in this first part, so that one process lives long enough to show whether it levels off. */
const killsWithin = 0.45;
/** Begun and not ended at a time: a slow machine gets less load, not an ever longer queue. */
const maxUnderWay = 400;
const tickMs = 100;
/**
 * A short run is judged while heap and readers are still growing to their size. In a long one visits are longer than the
 * SDK's safety interval (60 s), so that a reader which was forgotten is not saved by the next visit.
 */
const shortSeconds = 120;
const shortForm = { visitMs: 8_000, settleMs: 25_000, slack: { rssMiB: 96, fileDescriptors: 128 } };
const longForm = { visitMs: 90_000, settleMs: 240_000, slack: { rssMiB: 16, fileDescriptors: 32 } };

/**
 * Mixed load on all channels against the real command line, which is killed meanwhile; then everything is read to its end
 * and compared with what had to come.
 */
export async function runSoak({ seed, seconds, perSecond, kills, print }: SoakOptions): Promise<SoakReport> {
  const random = seededRandom(seed);
  const { visitMs, settleMs, slack } = seconds < shortSeconds ? shortForm : longForm;
  // A stream of its own: the moments must not depend on how many numbers the load has drawn by then.
  const killRandom = seededRandom(seed + 1);
  const dataFolder = mkdtempSync(join(tmpdir(), 'statuswire-soak-'));
  const apiKey = `sw_soak_${randomBytes(24).toString('base64url')}`;
  const server = await crashableServer({ dataFolder, apiKey, timeScale: 0.1 });
  const call = caller(server.url, apiKey);
  const [sdk, raw, webhook] = [noFaults(), noFaults(), noFaults()];
  const endpoints = await openEndpoints(webhook);
  const loading = new AbortController();
  const reading = new AbortController();
  const tracks: Track[] = [];
  const samples: Sample[] = [];
  const broken: string[] = [];
  const work = new Set<Promise<void>>();
  const counts = { cloudRuns: 0, visits: 0, redrives: 0, underWay: 0 };
  let began = Date.now();
  const since = (line: string): void => print(`${Math.round((Date.now() - began) / 1_000)} s: ${line}`);

  /** Work that has to end well, with the execution it is about. */
  const watchOver = (what: string, promise: Promise<void>): void => {
    const kept = promise
      .catch((error: unknown) => void broken.push(`${what}: ${String(error)}`))
      .finally(() => work.delete(kept));
    work.add(kept);
  };

  const readSometimes = (track: Track): void => {
    if (random() > 0.4) return;
    const options = { url: server.url, token: apiKey, random, faults: sdk, visitMs, signal: reading.signal };
    watchOver(
      `a reader of ${track.workflow}/${track.id}`,
      readInVisits(track, options).then((visits) => {
        counts.visits += visits;
      }),
    );
  };

  async function begin(index: number, redrives: boolean): Promise<void> {
    const id = `e-${seed}-${index}`;
    if (random() < 0.25) {
      const run = cloudRun(seed + index, id, random() < 0.25, Date.now() - 600_000);
      counts.cloudRuns += 1;
      tracks.push(run.track);
      readSometimes(run.track);
      const refused = await sendShuffled(call, run, random);
      if (refused > 0) broken.push(`${run.track.workflow}/${id}: ${refused} real events were refused`);
      return;
    }
    const start = pickStart(random);
    const track = startTrack(start, id);
    tracks.push(track);
    readSometimes(track);
    const body = { id, input: start.input };
    await insist(call, 202, 'POST', `/executions/${start.workflow}`, body, { 'idempotency-key': `"${id}"` });
    if (redrives && start.end === 'FAILED' && random() < 0.2 && (await redriveOnce(call, track, loading.signal)))
      counts.redrives += 1;
  }

  async function load(redrives: boolean): Promise<void> {
    for (let index = 0; !loading.signal.aborted; await delay(tickMs)) {
      const due = Math.floor(((Date.now() - began) / 1_000) * perSecond);
      for (; index < due; index += 1) {
        if (counts.underWay >= maxUnderWay) continue;
        counts.underWay += 1;
        watchOver(
          `e-${seed}-${index}`,
          begin(index, redrives).finally(() => {
            counts.underWay -= 1;
          }),
        );
      }
    }
  }

  async function sample(): Promise<void> {
    for (; !loading.signal.aborted; await delay(250)) {
      const pid = server.pid();
      const one = pid === undefined ? null : sampleOf(pid, Date.now() - began);
      if (one) samples.push(one);
    }
  }

  async function killAndStart(): Promise<void> {
    const moments = Array.from({ length: kills }, () => killRandom() * seconds * killsWithin).sort((a, b) => a - b);
    for (const [index, moment] of moments.entries()) {
      await delay(Math.max(0, began + moment * 1_000 - Date.now()));
      await server.kill();
      since(`kill ${index + 1} of ${kills}, ${tracks.length} begun`);
      await server.start();
    }
  }

  try {
    await server.start();
    await endpoints.register(call);
    began = Date.now();
    const redrives = await canRedrive(call);
    const socketOptions = { url: server.url, token: apiKey, random, signal: loading.signal };
    const rawReaders = Array.from({ length: 4 }, () => rawReader(socketOptions, raw));
    const slowSockets = Array.from({ length: 2 }, () => slowSocket(socketOptions));
    const background = [load(redrives), sample(), slowHttp(socketOptions)];
    await killAndStart();
    await delay(Math.max(0, began + seconds * 1_000 - Date.now()));
    loading.abort();
    await Promise.all(background);
    since(`${tracks.length} executions begun; reading everything to its end`);
    const { logs, faults } = await checkEnds(call, tracks, [endpoints.prompt, endpoints.flapping], since, settleMs);
    broken.push(...faults);
    since(`${work.size} readers are not at the end`);
    const readers = work.size;
    await repeat(async () => work.size === 0 || null, settleMs).catch(() => reading.abort());
    if (reading.signal.aborted) broken.push(`of ${readers} readers not all came to the end`);
    await Promise.all(work);
    return {
      started: tracks.length - counts.cloudRuns,
      cloudRuns: counts.cloudRuns,
      updates: logs.reduce((sum, log) => sum + log.length, 0),
      kills,
      visits: counts.visits,
      rawConnections: (await Promise.all(rawReaders)).reduce((sum, count) => sum + count, 0),
      closedAsSlow: (await Promise.all(slowSockets)).reduce((sum, count) => sum + count, 0),
      deliveredAgain: endpoints.prompt.again() + endpoints.flapping.again() + endpoints.slow.again(),
      redrives: redrives ? counts.redrives : 'not available',
      expiry: 'not available',
      sdk,
      raw,
      webhook,
      broken,
      levels: levelsOf(samples, slack),
      exitCode: await server.stop(),
    };
  } finally {
    loading.abort();
    reading.abort();
    await server.kill();
    await endpoints.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}
