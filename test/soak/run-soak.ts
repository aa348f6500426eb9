import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { caller, repeat } from '../crash/calls.ts';
import { noFaults } from '../crash/readers.ts';
import { crashableServer } from '../crash/server.ts';
import { hangMs } from '../support/eventually.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { checkEnds, type Logs } from './check-ends.ts';
import { openEndpoints } from './endpoints.ts';
import { expire, faultsOfAllGone, faultsOfSome } from './expired.ts';
import type { Gone } from './gone.ts';
import { findings, leftovers } from './leftovers.ts';
import { keptUpdates, longReaders, longRun } from './long-log.ts';
import { mixedLoad } from './mixed-load.ts';
import { rawReader, slowHttp, slowSocket } from './raw-sockets.ts';
import { canRedrive } from './redrives.ts';
import type { SoakReport } from './report.ts';
import { levelsOf, type Sample, sampleOf } from './resources.ts';

export interface SoakOptions {
  readonly seed: number;
  /** How long the load lasts; reading everything to its end comes before the days that pass in it, and after it. */
  readonly seconds: number;
  /** Executions begun per second. */
  readonly perSecond: number;
  /** Besides the one while the days pass and the one at the end. */
  readonly kills: number;
  readonly print: (line: string) => void;
}

/** The kills come in this first part, so that one process lives long enough to show whether it levels off. */
const killsWithin = 0.4;
/**
 * A short run is judged while heap and readers are still growing to their size. In a long one visits are longer than the
 * SDK's safety interval (60 s), so that a reader which was forgotten is not saved by the next visit.
 */
const shortSeconds = 120;
const shortForm = { visitMs: 8_000, settleMs: hangMs / 2, slack: { rssMiB: 96, fileDescriptors: 128 } };
const longForm = { visitMs: 90_000, settleMs: 240_000, slack: { rssMiB: 16, fileDescriptors: 32 } };
/** Logs live 15 days here (S4). */
const daysOff = 16 * 24 * 60 * 60 * 1000;
const clock = fileURLToPath(new URL('shifted-clock.ts', import.meta.url));

/**
 * Mixed load on all channels against the real command line, which is killed meanwhile; then everything is read to its end
 * and compared with what had to come. Half-way the machine is off for longer than logs are kept.
 */
export async function runSoak({ seed, seconds, perSecond, kills, print }: SoakOptions): Promise<SoakReport> {
  const random = seededRandom(seed);
  const { visitMs, settleMs, slack } = seconds < shortSeconds ? shortForm : longForm;
  // A stream of its own: the moments must not depend on how many numbers the load has drawn by then.
  const killRandom = seededRandom(seed + 1);
  const dataFolder = mkdtempSync(join(tmpdir(), 'statuswire-soak-'));
  const apiKey = `sw_soak_${randomBytes(24).toString('base64url')}`;
  let aheadMs = 0;
  const server = await crashableServer({
    dataFolder,
    apiKey,
    timeScale: 0.1,
    args: ['--retention-days', '15', '--max-log-updates', String(keptUpdates)],
    env: () => ({ NODE_OPTIONS: `--import ${clock}`, SOAK_CLOCK_AHEAD_MS: String(aheadMs) }),
  });
  const now = (): number => Date.now() + aheadMs;
  const call = caller(server.url, apiKey);
  const [sdk, raw, webhook] = [noFaults(), noFaults(), noFaults()];
  const endpoints = await openEndpoints(webhook);
  const partners = [endpoints.prompt, endpoints.flapping];
  const loading = new AbortController();
  const reading = new AbortController();
  const { signal } = loading;
  const access = { url: server.url, token: apiKey };
  const reader = { ...access, visitMs, signal: reading.signal };
  const load = mixedLoad({ seed, random, perSecond, call, reader, faults: sdk, partners, now, signal });
  const { broken, work } = load;
  const long = longRun(call, Date.now() - 7_200_000);
  const longs = longReaders(server.url, apiKey, sdk);
  const samples: Sample[] = [];
  let updates = 0;
  let began = Date.now();
  const since = (line: string): void => print(`${Math.round((Date.now() - began) / 1_000)} s: ${line}`);

  async function sample(): Promise<void> {
    for (; !signal.aborted; await delay(250)) {
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
      since(`kill ${index + 1} of ${kills}, ${load.tracks.length} begun`);
      await server.start();
    }
  }

  /** Everything that is not gone comes to its end, with every reader and partner. */
  async function settle(): Promise<Logs> {
    const open = load.tracks.filter((track) => !track.gone);
    const { logs, faults } = await checkEnds(call, open, partners, since, settleMs);
    broken.push(...faults);
    for (const log of logs.values()) updates += log.length;
    since(`${work.size} readers are not at the end`);
    const readers = work.size;
    await repeat(async () => work.size === 0 || null, settleMs).catch(() => reading.abort());
    if (reading.signal.aborted) broken.push(`of ${readers} readers not all came to the end`);
    await Promise.all(work);
    return logs;
  }

  /** The machine is off for longer than logs are kept (S4); answers what has expired meanwhile. */
  async function passDays(): Promise<readonly Gone[]> {
    await load.pause();
    const logs = await settle();
    load.begin(6);
    await delay(500);
    await server.kill();
    aheadMs += daysOff;
    endpoints.comeBack();
    await server.start();
    const expired = expire(load.tracks, logs, partners);
    load.gone.push(...expired);
    since(`${expired.length} have expired`);
    broken.push(...(await faultsOfSome(call, expired)));
    load.resume();
    return expired;
  }

  /** Nothing of what is gone is anywhere, not even after another kill. */
  async function checkGone(): Promise<number> {
    await server.kill();
    await server.start();
    since(`${load.gone.length} are gone`);
    const { faults, dropped } = await faultsOfAllGone(call, access, load.gone, partners, now());
    broken.push(...faults);
    const file = join(dataFolder, 'statuswire.db');
    const left = (): readonly string[] => leftovers(file, load.gone);
    await repeat(async () => left().length === 0 || null, settleMs).catch(() => undefined);
    broken.push(...left().slice(0, 20), ...findings(file));
    return dropped;
  }

  try {
    await server.start();
    await endpoints.register(call);
    await Promise.all([long.grow(), longs.begin()]);
    since('the long log is past what is kept');
    began = Date.now();
    const redrives = await canRedrive(call);
    const socketOptions = { ...access, random, signal };
    const rawReaders = Array.from({ length: 4 }, () => rawReader(socketOptions, raw));
    const slowSockets = Array.from({ length: 2 }, () => slowSocket(socketOptions));
    const background = [load.run(redrives), sample(), slowHttp(socketOptions)];
    await killAndStart();
    await long.trimmed(longs.first());
    since('its front is gone');
    longs.return();
    background.push(long.go(signal));
    const expired = await passDays();
    await delay(Math.max(0, began + seconds * 1_000 - Date.now()));
    loading.abort();
    await Promise.all(background);
    await load.pause();
    const levels = levelsOf(samples, slack);
    since(`${load.tracks.length} executions begun; reading everything to its end`);
    await long.end(now());
    await settle();
    broken.push(...(await longs.faults()));
    await repeat(async () => endpoints.away.skipped() > 0 || null, settleMs).catch(() => undefined);
    if (endpoints.away.skipped() !== 1) broken.push(`the partner that was away: ${endpoints.away.skipped()} skips`);
    const droppedLate = await checkGone();
    const { counts, tracks } = load;
    return {
      started: tracks.length - counts.cloudRuns,
      cloudRuns: counts.cloudRuns,
      updates,
      kills: kills + 2,
      visits: counts.visits,
      rawConnections: (await Promise.all(rawReaders)).reduce((sum, count) => sum + count, 0),
      closedAsSlow: (await Promise.all(slowSockets)).reduce((sum, count) => sum + count, 0),
      deliveredAgain: [...partners, endpoints.slow].reduce((sum, one) => sum + one.again(), 0),
      redrives: redrives ? counts.redrives : 'not available',
      forgotten: counts.forgotten,
      expired: expired.length,
      droppedLate,
      sdk,
      raw,
      webhook,
      broken,
      levels,
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
