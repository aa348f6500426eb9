import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../../embedded/service/service.ts';

let dataFolder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'statuswire-key-'));
});
afterEach(() => rmSync(dataFolder, { recursive: true }));

const secret = '0123456789abcdefghijklmnop';
const mine = `sw_mine_${secret}`;

interface Life {
  readonly service: Service;
  /** With the first key, unless another is given. */
  readonly call: (method: string, path: string, credential?: string, body?: object) => Promise<Response>;
}

/** One life of the service: returns what each of these credentials gets, after `act`. */
async function life(
  apiKey: string | undefined,
  tried: readonly string[],
  act?: (life: Life) => Promise<unknown>,
): Promise<readonly number[]> {
  const service = await startService({ dataFolder, apiKey, port: 0, logger: pino({ level: 'silent' }) });
  const call: Life['call'] = (method, path, credential = service.apiKey, body = undefined) =>
    fetch(`${service.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  try {
    await act?.({ service, call });
    const answers = await Promise.all(tried.map((credential) => call('GET', '/executions', credential)));
    return answers.map(({ status }) => status);
  } finally {
    await service.stop();
  }
}

const revoke =
  (key: string) =>
  async ({ call }: Life): Promise<void> =>
    void expect((await call('DELETE', `/keys/${key.split('_')[1]}`)).status).toBe(204);
const labels = async (response: Response): Promise<readonly string[]> =>
  ((await response.json()) as { readonly keys: readonly { readonly label: string }[] }).keys.map(({ label }) => label);
const make = async ({ call }: Life, label: string): Promise<{ readonly id: string; readonly key: string }> =>
  (await call('POST', '/keys', undefined, { label, scopes: ['admin', 'read'] })).json() as never;

describe('the first key (S24)', () => {
  it('from the environment counts only as long as the variable says it', async () => {
    expect(await life(mine, [mine])).toEqual([200]);
    expect(await life(`sw_mine_${secret}2`, [mine, `sw_mine_${secret}2`])).toEqual([401, 200]);
    expect(await life(`sw_other_${secret}`, [`sw_mine_${secret}2`, `sw_other_${secret}`])).toEqual([401, 200]);
    expect(await life(undefined, [`sw_other_${secret}`])).toEqual([401]);
    const made = readFileSync(join(dataFolder, 'api-key'), 'utf8').trim();
    expect(await life(mine, [mine, made])).toEqual([200, 401]);
    expect(await life(undefined, [mine, made])).toEqual([401, 200]);
  });

  it('stays revoked over restarts, wherever it comes from; the next one is another key', async () => {
    expect(await life(mine, [mine], revoke(mine))).toEqual([401]);
    expect(await life(mine, [mine])).toEqual([401]);
    expect(
      await life(`sw_mine_${secret}2`, [mine, `sw_mine_${secret}2`], async ({ call }) => {
        expect(await labels(await call('GET', '/keys'))).toEqual(['first key']);
      }),
    ).toEqual([401, 200]);
    expect(await life(`sw_mine_${secret}2`, [`sw_mine_${secret}2`], revoke(`sw_mine_${secret}2`))).toEqual([401]);
    expect(await life(mine, [mine])).toEqual([401]);

    let made = '';
    await life(undefined, [], async (kit) => {
      made = kit.service.apiKey;
      await revoke(made)(kit);
    });
    expect(await life(undefined, [made])).toEqual([401]);
    rmSync(join(dataFolder, 'api-key'));
    let next = '';
    await life(undefined, [], async ({ service }) => {
      next = service.apiKey;
    });
    expect(await life(undefined, [made, next])).toEqual([401, 200]);
  });

  it('the mark of a revoked key is no key, and cannot be taken away', async () => {
    let operator = '';
    await life(mine, [], async (now) => {
      operator = (await make(now, 'operator')).key;
      await revoke(mine)(now);
    });
    await life(mine, [], async ({ call }) => {
      expect(await labels(await call('GET', '/keys', operator))).toEqual(['operator']);
      const mark = `revoked-${createHash('sha256').update(secret).digest('hex')}`;
      for (const id of ['mine', mark]) expect((await call('DELETE', `/keys/${id}`, operator)).status).toBe(404);
    });
    expect(await life(mine, [mine, operator])).toEqual([401, 200]);
  });

  it('never has the id of a stored key', async () => {
    let taken = '';
    await life(mine, [], async (now) => {
      taken = (await make(now, 'k')).id;
    });
    await expect(life(`sw_${taken}_${secret}${secret}`, [])).rejects.toThrow(`the id ${taken} of a key`);
  });

  it('S28: neither it nor its hash lies in the database', async () => {
    expect(await life(mine, [mine])).toEqual([200]);
    expect(readFileSync(join(dataFolder, 'statuswire.db')).includes(secret)).toBe(false);
  });
});
