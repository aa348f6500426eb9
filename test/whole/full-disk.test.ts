import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { type Call, caller, repeat } from '../crash/calls.ts';
import { isContiguous, readToEnd } from '../crash/logs.ts';
import { crashableServer } from '../crash/server.ts';
import { openSmallDisk } from '../support/small-disk.ts';

const disk = await openSmallDisk(16);
afterAll(() => disk?.close());
const bin = fileURLToPath(new URL('../../bin/statuswire.js', import.meta.url));
const apiKey = 'sw_disk_0123456789abcdefghijklmnopqrstuvwxyz';
const text = 'i'.repeat(60_000);

/** Room for a few orders. */
const spare = 1_048_576;

/**
 * Commits the smallest change until that is refused as well: what a refused start leaves behind may have room for less.
 * Ends like a crash, because closing the database would empty the WAL and so make room.
 */
const takeTheRest = `
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(process.argv[1]);
  // A checkpoint would begin the WAL anew, again and again.
  database.exec('PRAGMA wal_autocheckpoint = 0');
  try {
    for (;;) database.exec('BEGIN; UPDATE outbox SET mark = mark + 1; UPDATE outbox SET mark = mark - 1; COMMIT');
  } catch (error) {
    if (!/full/.test(error.message)) throw error;
    process.kill(process.pid, 'SIGKILL');
  }
`;

/** Starts orders until one is refused; answers the ids that were accepted, and the one that was not. */
async function startUntilRefused(call: Call, name: string): Promise<{ accepted: string[]; refused: string }> {
  const accepted: string[] = [];
  for (let index = 0; index < 500; index += 1) {
    const id = `${name}-${index}`;
    const response = await call('POST', '/executions/orders', { id, input: { text } });
    const body = (await response.json()) as { readonly type?: string };
    if (response.status === 503) {
      expect([body.type, response.headers.get('retry-after')]).toEqual(['urn:statuswire:problem:unavailable', '1']);
      // Or nothing would be under way that has to go on.
      expect(accepted.length).toBeGreaterThan(0);
      return { accepted, refused: id };
    }
    expect(response.status).toBe(202);
    accepted.push(id);
  }
  throw new Error('the disk is never full');
}

it.skipIf(disk === null)(
  'S25, S26: on a full disk writes get 503 and reads go on; with room again, or after kill -9, all that was accepted ends',
  async () => {
    if (disk === null) return;
    const { folder: dataFolder, launcher } = disk;
    const server = await crashableServer({ dataFolder, launcher, apiKey, timeScale: 0.01 });
    const call = caller(server.url, apiKey);
    const allEnd = async (ids: readonly string[]): Promise<void> => {
      for (const id of ids) expect(isContiguous(await readToEnd(call, 'orders', id)), id).toBe(true);
    };
    const [program = '', ...before] = [...launcher, process.execPath];
    const run = (...args: readonly string[]) => spawnSync(program, [...before, ...args]);
    try {
      await server.start();
      disk.fill(spare);
      const first = await startUntilRefused(call, 'first');
      for (const id of first.accepted) expect((await call('GET', `/status/orders/${id}`)).status).toBe(200);
      expect((await call('GET', `/status/orders/${first.refused}`)).status).toBe(404);
      disk.free();
      await repeat(
        async () => (await call('POST', '/executions/orders', { id: first.refused })).status === 202 || null,
      );
      await allEnd([...first.accepted, first.refused]);

      disk.fill(spare);
      const second = await startUntilRefused(call, 'second');
      await server.kill();
      expect(run('-e', takeTheRest, join(dataFolder, 'statuswire.db')).signal).toBe('SIGKILL');
      // The disk is still full: reading goes on, nothing else, and what is wrong is told.
      await server.start();
      const health = await call('GET', '/healthz');
      expect([health.status, await health.json()]).toEqual([200, { status: 'degraded', problems: ['writes-refused'] }]);
      for (const id of second.accepted) expect((await call('GET', `/status/orders/${id}`)).status).toBe(200);
      disk.free();
      expect((await call('GET', `/status/orders/${second.refused}`)).status).toBe(404);
      await allEnd([...first.accepted, ...second.accepted]);
      expect(await (await call('GET', '/healthz')).json()).toEqual({ status: 'ok' });
      expect(await server.stop()).toBe(0);
      disk.fill();
      await expect(server.start()).rejects.toThrow(/ended with 1: .*statuswire: .*full/s);
      disk.free();
      const doctor = run(bin, 'doctor', '--data', dataFolder);
      expect(doctor.status, String(doctor.stdout)).toBe(0);
    } finally {
      await server.kill();
    }
  },
);
