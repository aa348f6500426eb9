import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createRecovery } from '../../../embedded/service/recovery.ts';
import { openStore } from '../../../embedded/store/index.ts';

it('S25: finding out whether anything can be written writes to the disk, and changes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-recovery-'));
  const file = join(folder, 'statuswire.db');
  const store = openStore({ file });
  const version = () => store.writer.write((db) => db.prepare('PRAGMA user_version').get());
  const recovery = createRecovery({
    writer: store.writer,
    resume: async () => undefined,
    onError: (error) => expect.unreachable(String(error)),
    onRecovered: () => undefined,
  });
  onTestFinished(async () => {
    recovery.stop();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const before = { version: await version(), size: statSync(`${file}-wal`).size };
  await recovery.begin();
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(before.size);
  expect(await version()).toEqual(before.version);
});
