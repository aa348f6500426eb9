import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureFirstKey, openDataFolder } from '../../../embedded/service/secrets.ts';
import { openStore } from '../../../embedded/store/index.ts';
import { createVerifier } from '../../../handlers/authorize/verifier.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'statuswire-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the data folder', () => {
  it('is made for its owner only, and keeps key and secret over starts', async () => {
    const path = join(root, 'deep', 'data');
    const first = openDataFolder(path);
    const store = openStore({ file: ':memory:' });
    const key = await ensureFirstKey(store.keys, first, undefined, 0);
    first.release();
    const second = openDataFolder(path);
    expect(second.tokenSecret).toEqual(first.tokenSecret);
    expect(await ensureFirstKey(store.keys, second, undefined, 0)).toBe(key);
    expect(await store.keys.list(null)).toHaveLength(1);
    for (const file of [second.apiKeyFile, join(path, 'token-secret')]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    second.release();
    await store.close();
  });

  it('belongs to one process at a time', () => {
    const held = openDataFolder(root);
    expect(() => openDataFolder(root)).toThrow(/in use by another/);
    held.release();
    openDataFolder(root).release();
  });

  it('S28: the database holds no key, only its hash; the given one works', async () => {
    const folder = openDataFolder(root);
    const store = openStore({ file: folder.database });
    const key = await ensureFirstKey(store.keys, folder, 'sw_mine_0123456789abcdef', 0);
    const verifier = createVerifier({ keys: store.keys, tokenSecrets: [folder.tokenSecret], now: () => 0 });
    expect(await verifier.verify(`Bearer ${key}`)).toMatchObject({ type: 'key', tenant: 'default' });
    await store.close();
    expect(readFileSync(folder.database).includes('0123456789abcdef')).toBe(false);
    folder.release();
  });

  it('refuses a key or secret of the wrong form with the place it stands in', async () => {
    const folder = openDataFolder(root);
    const store = openStore({ file: ':memory:' });
    await expect(ensureFirstKey(store.keys, folder, 'hello', 0)).rejects.toThrow('STATUSWIRE_API_KEY');
    await store.close();
    folder.release();
    writeFileSync(join(root, 'token-secret'), 'short');
    expect(() => openDataFolder(root)).toThrow('token-secret');
  });
});
