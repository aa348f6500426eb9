import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder, readFirstKey } from '../../../embedded/service/secrets.ts';
import { crashingAt } from '../../support/crashing-fs.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'statuswire-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the data folder', () => {
  it('is made for its owner only, and keeps key and secret over starts', async () => {
    const path = join(root, 'deep', 'data');
    const first = await openDataFolder(path);
    const { text } = readFirstKey(first, undefined, 0);
    first.release();
    const second = await openDataFolder(path);
    expect(second.tokenSecret).toEqual(first.tokenSecret);
    expect(readFirstKey(second, undefined, 0).text).toBe(text);
    for (const file of [second.apiKeyFile, join(path, 'token-secret')]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    second.release();
  });

  it('belongs to one process at a time', async () => {
    const held = await openDataFolder(root);
    await expect(openDataFolder(root)).rejects.toThrow(/in use by another/);
    held.release();
    (await openDataFolder(root)).release();
  });

  it.skipIf(process.platform !== 'linux')('stays held when its file `lock` is lost while it is open', async () => {
    const held = await openDataFolder(root);
    rmSync(join(root, 'lock'));
    await expect(openDataFolder(root)).rejects.toThrow(/in use by another/);
    held.release();
    (await openDataFolder(root)).release();
  });
});

describe('files made at the first start', () => {
  const start = async (): Promise<{ readonly key: string; readonly secret: string }> => {
    const folder = await openDataFolder(root);
    try {
      const { text } = readFirstKey(folder, undefined, 0);
      return { key: text, secret: Buffer.from(folder.tokenSecret).toString('base64') };
    } finally {
      folder.release();
    }
  };

  it('are whole or absent after a crash at any call, and what a start gave out stays', async () => {
    const { calls } = await crashingAt(Number.POSITIVE_INFINITY, start);
    expect(calls.length).toBeGreaterThan(15);
    for (let at = 0; at < calls.length; at += 1) {
      rmSync(root, { recursive: true });
      expect((await crashingAt(at, start)).crashed, calls[at]).toBe(true);
      const kept = ['api-key', 'token-secret'].map((name) => readIfThere(join(root, name)));
      const { key, secret } = await start();
      for (const [index, text] of [key, secret].entries()) {
        if (kept[index] !== null) expect(kept[index], calls[at]).toBe(`${text}\n`);
      }
      expect(await start(), calls[at]).toEqual({ key, secret });
    }
  });

  it('are synced before they take their names, and the names before anybody uses them', async () => {
    const { calls } = await crashingAt(Number.POSITIVE_INFINITY, start);
    for (const name of ['token-secret', 'api-key']) {
      const from = calls.indexOf(`openSync ${join(root, name)}.new`);
      const steps = calls.slice(from, from + 8).map((call) => call.split(' ', 1)[0]);
      expect(steps).toEqual([
        'openSync',
        'writeFileSync',
        'fsyncSync',
        'closeSync',
        'renameSync',
        'openSync',
        'fsyncSync',
        'closeSync',
      ]);
    }
  });

  it('count as absent when they are empty', async () => {
    for (const name of ['api-key', 'token-secret']) writeFileSync(join(root, name), ' \n');
    const made = await start();
    expect(made.key).toMatch(/^sw_/);
    expect(await start()).toEqual(made);
  });

  it.each([
    ['token-secret', 'short', /token-secret must hold base64/],
    ['token-secret', `${'A'.repeat(30)}\u0007${'A'.repeat(13)}`, /token-secret must hold base64/],
    ['api-key', 'sw_0123456789abcdef_0123456789abcdefghijklmnop', /api-key holds no API key/],
    ['api-key', 'hello', /api-key holds no API key/],
  ])('are refused when they are damaged: %s', async (name, content, says) => {
    writeFileSync(join(root, name), content);
    await expect(start()).rejects.toThrow(says);
    expect(readFileSync(join(root, name), 'utf8')).toBe(content);
  });

  it('a given key of the wrong form is refused with the place it stands in', async () => {
    const folder = await openDataFolder(root);
    expect(() => readFirstKey(folder, 'hello', 0)).toThrow('STATUSWIRE_API_KEY');
    folder.release();
  });
});

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
