import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { statusChange } from '../support/aws-shapes.ts';
import { eventually } from '../support/eventually.ts';
import { serviceKit } from '../support/service-kit.ts';

/**
 * From now on the kernel refuses every write to these files, also through descriptors that are open (ext4(5), chattr(1),
 * `i`). File modes bind no open descriptor, and no root.
 */
const freeze = (files: readonly string[]): unknown => execFileSync('chattr', ['+i', ...files], { stdio: 'ignore' });
const thaw = (files: readonly string[]): unknown => execFileSync('chattr', ['-i', ...files], { stdio: 'ignore' });

function canFreeze(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-freeze-'));
  const file = join(folder, 'file');
  writeFileSync(file, '');
  try {
    freeze([file]);
    thaw([file]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it.skipIf(!canFreeze())(
  'S25, S26: while the database cannot be written, writes get 503 and reads go on; nothing acknowledged is lost',
  async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'statuswire-read-only-'));
    const { call, service, updatesOf } = await serviceKit({ dataFolder, timeScale: 0.05 });
    const files = readdirSync(dataFolder)
      .filter((name) => name.startsWith('statuswire.db') && !name.endsWith('-shm'))
      .map((name) => join(dataFolder, name));
    try {
      // Its retries last seconds, so it is under way when the writing stops.
      const body = { id: 'before', input: { payment: 'timeout' } };
      expect((await call('/executions/orders', { body })).status).toBe(202);
      freeze(files);
      const refused = await call('/executions/orders', { body: { id: 'meanwhile' } });
      expect([refused.status, refused.body.type]).toEqual([503, 'urn:statuswire:problem:unavailable']);
      expect((await call('/events', { body: [statusChange({ workflow: 'cloud' })] })).status).toBe(503);
      expect((await call('/keys', { body: { label: 'k', scopes: ['read'] } })).status).toBe(503);
      expect((await call('/status/orders/before')).body.status).toMatch(/PENDING|RUNNING/);
      expect((await call('/status/orders/meanwhile')).status).toBe(404);
      expect((await call('/healthz')).status).toBe(200);
      thaw(files);
      expect((await call('/executions/orders', { body: { id: 'meanwhile' } })).status).toBe(202);
      await eventually(async () => expect((await call('/status/orders/before')).body.status).toBe('FAILED'));
      const log = await updatesOf('orders', 'before');
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    } finally {
      thaw(files);
      await service.stop();
      rmSync(dataFolder, { recursive: true });
    }
  },
);
