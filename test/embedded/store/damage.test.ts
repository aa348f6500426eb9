import {
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examine } from '../../../embedded/doctor/examine.ts';
import { startService } from '../../../embedded/service/service.ts';
import { openStore } from '../../../embedded/store/index.ts';
import { findLostFrames } from '../../../embedded/store/lost-frames.ts';
import { startQuickCheck } from '../../../embedded/store/quick-check.ts';
import { makeChange } from '../../support/make-update.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'statuswire-damage-'));
  file = join(folder, 'statuswire.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Fills the first page of a table with what is no page. */
function damageTable(name: string): void {
  const db = new DatabaseSync(file);
  const row = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name);
  db.close();
  writeSync(openSync(file, 'r+'), Buffer.alloc(4_096, 0xa5), 0, 4_096, (Number(row?.rootpage) - 1) * 4_096);
}

describe('a damaged database', () => {
  it('is 503 on /healthz from the first statement on that SQLite calls corrupt', async () => {
    const start = () => startService({ dataFolder: folder, port: 0, logger: pino({ level: 'silent' }) });
    await (await start()).stop();
    damageTable('sqlite_autoindex_endpoints_1');
    const service = await start();
    try {
      const get = (path: string) =>
        fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${service.apiKey}` } });
      expect((await get('/healthz')).status).toBe(200);
      expect((await get('/webhooks')).status).toBe(500);
      const health = await get('/healthz');
      expect([health.status, (await health.json()).type]).toEqual([503, 'urn:statuswire:problem:unavailable']);
      const metrics = await (await get('/metrics')).text();
      expect(metrics).toContain('statuswire_problem{problem="database-damaged"} 1');
    } finally {
      await service.stop();
    }
  });

  it('is found by the quick check, and a sound one is not', async () => {
    await openStore({ file }).close();
    const findings: string[] = [];
    const check = async (): Promise<void> => {
      const timer = (_: number, run: () => void) => {
        run();
        return () => {};
      };
      const onError = (error: unknown) => expect.unreachable(String(error));
      await startQuickCheck({ file, timer, onError, onDamage: (finding) => findings.push(finding) }).ended;
    };
    await check();
    expect(findings).toEqual([]);
    damageTable('dead_letters');
    await check();
    expect(findings).toHaveLength(1);
  });

  it('is not begun anew over a WAL that is left of it', async () => {
    const store = openStore({ file });
    await store.log.commit([makeChange()]);
    const wal = readFileSync(`${file}-wal`);
    await store.close();
    rmSync(file);
    writeFileSync(`${file}-wal`, wal);
    expect(() => openStore({ file })).toThrow(/statuswire\.db is missing or empty/);
    expect(readFileSync(`${file}-wal`).equals(wal)).toBe(true);
  });
});

describe('a WAL that was cut by damage', () => {
  const frameBytes = 24 + 4_096;
  const offset = (frame: number): number => 32 + frame * frameBytes;
  const framesOf = (wal: string): number => Math.floor((statSync(wal).size - 32) / frameBytes);

  /** A copy of a store that was never closed: five commits in the WAL. Answers the frames that end one. */
  async function crashed(): Promise<readonly number[]> {
    const from = join(folder, 'live.db');
    const store = openStore({ file: from });
    for (let n = 0; n < 5; n += 1) await store.log.commit([makeChange({ id: `order-${n}` })]);
    copyFileSync(from, file);
    copyFileSync(`${from}-wal`, `${file}-wal`);
    await store.close();
    const wal = readFileSync(`${file}-wal`);
    return Array.from({ length: framesOf(`${file}-wal`) }, (_, n) => n).filter(
      (n) => wal.readUInt32BE(offset(n) + 4) > 0,
    );
  }
  function flip(at: number): void {
    const wal = readFileSync(`${file}-wal`);
    wal[at] = (wal[at] ?? 0) ^ 0x10;
    writeFileSync(`${file}-wal`, wal);
  }

  it('is told with what is lost, by the start and by the doctor, and only once', async () => {
    const ends = await crashed();
    const bad = ends.at(-4) ?? 0;
    flip(offset(bad) + 100);
    const lost = { kept: bad, commits: 3 };
    expect([...examine(file)].map(({ check }) => check)).toContain('wal');
    const store = openStore({ file });
    expect(store.lostFrames).toEqual(lost);
    await store.close();
    const again = openStore({ file });
    expect(again.lostFrames).toBeNull();
    await again.close();
  });

  it('whichever bit it was; what a crash leaves of a last write is no damage', async () => {
    const ends = await crashed();
    expect(findLostFrames(`${file}-wal`)).toBeNull();
    const whole = readFileSync(`${file}-wal`);
    const last = ends.at(-1) ?? 0;
    fc.assert(
      fc.property(fc.nat(last), fc.nat(frameBytes - 1), (frame, byte) => {
        writeFileSync(`${file}-wal`, whole);
        flip(offset(frame) + byte);
        const found = findLostFrames(`${file}-wal`);
        // A checksum that is wrong takes the next frame's with it, which was summed up from it.
        const firstJudged = byte >= 16 && byte < 24 ? frame + 1 : frame;
        const behind = ends.filter((end) => end > firstJudged).length;
        if (behind === 0) expect(found).toBeNull();
        else expect([found?.kept, found?.commits]).toEqual([frame, behind]);
      }),
      { numRuns: 60, seed: 1 },
    );
    for (const byte of [0, 3, 10, 17, 30]) {
      writeFileSync(`${file}-wal`, whole);
      flip(byte);
      expect(findLostFrames(`${file}-wal`)?.kept, `byte ${byte} of the header`).toBe(0);
    }
    writeFileSync(`${file}-wal`, whole);
    truncateSync(`${file}-wal`, offset(last) + 200);
    expect(findLostFrames(`${file}-wal`)).toBeNull();
  });
});
