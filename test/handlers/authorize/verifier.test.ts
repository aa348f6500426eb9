import { randomBytes } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiKeyRecord, Caller, WatchGrant } from '../../../core/access.ts';
import type { Keys } from '../../../core/ports.ts';
import { newApiKey } from '../../../handlers/authorize/api-key.ts';
import { createVerifier, type Verifier } from '../../../handlers/authorize/verifier.ts';

const secret = new Uint8Array(32).fill(1);
const oldSecret = new Uint8Array(32).fill(2);
const start = Date.parse('2026-01-01T12:00:00.500Z');
const owner: Caller = { type: 'key', keyId: 'k', tenant: 'acme', scopes: ['tokens'] };
const grant: WatchGrant = { type: 'workflow', workflow: 'orders' };

let now: number;
let records: Map<string, ApiKeyRecord>;
let lookups: string[];
let keys: Keys;
let verifier: Verifier;

beforeEach(() => {
  now = start;
  records = new Map();
  lookups = [];
  keys = {
    find: async (id) => {
      lookups.push(id);
      return records.get(id) ?? null;
    },
    put: async (record) => void records.set(record.id, record),
    list: async () => [...records.values()],
    remove: async (id) => records.delete(id),
  };
  verifier = createVerifier({ keys, tokenSecrets: [secret, oldSecret], now: () => now });
});

async function newKey(tenant = 'acme'): Promise<string> {
  const made = newApiKey({ tenant, scopes: ['read'], label: '', createdAt: now, random: randomBytes });
  await keys.put(made.record);
  return made.secretText;
}

async function mint(ttlSeconds?: number): Promise<string> {
  const minted = await verifier.mintToken(owner, grant, ttlSeconds);
  if (minted.type === 'refused') throw new Error(minted.reason);
  return minted.token;
}

describe('API keys', () => {
  it.each(['', 'Bearer ', 'bearer ', 'BEARER   '])('S29: are taken after "%s"', async (prefix) => {
    const key = await newKey();
    expect(await verifier.verify(prefix + key)).toMatchObject({ type: 'key', tenant: 'acme', scopes: ['read'] });
  });

  it('are refused with another secret, another id, cut short, or unknown', async () => {
    const [key, other] = [await newKey(), await newKey('other')];
    const [id, otherSecret] = [key.slice(3, 19), other.slice(20)];
    for (const bad of [`sw_${id}_${otherSecret}`, key.slice(0, -1), `${key}A`, `sw_nobody_${otherSecret}`, `X${key}`]) {
      expect(await verifier.verify(bad)).toBeNull();
    }
  });

  it('are looked up once in five seconds; one revoked elsewhere stops then', async () => {
    const key = await newKey();
    await verifier.verify(key);
    records.clear();
    now = start + 4_999;
    expect(await verifier.verify(key)).not.toBeNull();
    expect(lookups).toHaveLength(1);
    now = start + 5_000;
    expect(await verifier.verify(key)).toBeNull();
  });

  it('stop at once where they were revoked, even with a look-up under way', async () => {
    const key = await newKey();
    const id = key.slice(3, 19);
    const gate = Promise.withResolvers<void>();
    const slow = createVerifier({
      keys: { ...keys, find: async (asked) => gate.promise.then(() => records.get(asked) ?? held) },
      tokenSecrets: [secret],
      now: () => now,
    });
    let held = records.get(id) ?? null;
    const underWay = slow.verify(key);
    records.delete(id);
    slow.forgetKey(id);
    gate.resolve();
    await underWay;
    held = null;
    expect(await slow.verify(key)).toBeNull();
  });

  it('work at once when new: what is not there is not remembered', async () => {
    const key = await newKey();
    const record = records.get(key.slice(3, 19));
    records.clear();
    expect(await verifier.verify(key)).toBeNull();
    if (record) await keys.put(record);
    expect(await verifier.verify(key)).not.toBeNull();
  });

  it('are always looked up with keyCacheMs 0', async () => {
    const strict = createVerifier({ keys, tokenSecrets: [secret], now: () => now, keyCacheMs: 0 });
    const key = await newKey();
    await strict.verify(key);
    await strict.verify(key);
    expect(lookups).toHaveLength(2);
  });

  it('reject when the store does', async () => {
    const down = createVerifier({
      keys: { ...keys, find: () => Promise.reject(new Error('down')) },
      tokenSecrets: [secret],
      now: () => now,
    });
    await expect(down.verify(await newKey())).rejects.toThrow('down');
  });
});

describe('watch tokens', () => {
  it.each(['', 'Bearer ', 'sw_', 'Bearer sw_'])('S29: are taken after "%s"', async (prefix) => {
    const token = await mint();
    expect(await verifier.verify(prefix + token)).toEqual({
      type: 'token',
      tenant: 'acme',
      grant,
      keyId: 'k',
      expiresAt: Math.floor(start / 1_000) * 1_000 + 900_000,
    });
    expect(lookups).toEqual([]);
  });

  it('S28: end at their time', async () => {
    const token = await mint(60);
    now = start - 500 + 59_999;
    expect(await verifier.verify(token)).not.toBeNull();
    now = start - 500 + 60_000;
    expect(await verifier.verify(token)).toBeNull();
  });

  it('are signed with the first secret and verified with all', async () => {
    const token = await mint();
    const verifies = async (...tokenSecrets: Uint8Array[]) =>
      (await createVerifier({ keys, tokenSecrets, now: () => now }).verify(token)) !== null;
    expect(await verifies(secret)).toBe(true);
    expect(await verifies(new Uint8Array(32).fill(9), secret)).toBe(true);
    expect(await verifies(oldSecret)).toBe(false);
  });

  it('S28: are refused when they ask too much', async () => {
    const executions = (count: number, id = 'i') =>
      ({
        type: 'executions',
        executions: Array.from({ length: count }, (_, n) => ({ workflow: 'w', id: id + n })),
      }) as const;
    for (const asked of [executions(0), executions(21), executions(20, 'x'.repeat(78))]) {
      expect(await verifier.mintToken(owner, asked)).toMatchObject({ type: 'refused' });
    }
    for (const seconds of [0, -1, 1.5, 86_401, Number.NaN]) {
      expect(await verifier.mintToken(owner, grant, seconds)).toMatchObject({ type: 'refused' });
    }
    const most = await verifier.mintToken(owner, executions(20, 'a-usual-order-number-2026-'), 86_400);
    expect(most.type === 'minted' && most.token.length).toBeLessThanOrEqual(2_048);
  });

  it('cannot beget tokens', async () => {
    const holder = await verifier.verify(await mint());
    expect(holder && (await verifier.mintToken(holder, grant))).toMatchObject({ type: 'refused' });
  });

  const claims = { tenant: 'acme', grant: { workflow: 'orders' } };
  const forge = (change: (jwt: SignJWT) => SignJWT, payload: object = claims, alg = 'HS256') =>
    change(
      new SignJWT({ ...payload })
        .setProtectedHeader({ alg })
        .setIssuer('statuswire')
        .setAudience('statuswire:watch')
        .setExpirationTime(start / 1_000 + 60),
    ).sign(secret);

  it('the forger of these tests could make a good one, as they were before tokens named their key', async () => {
    const old = await verifier.verify(await forge((jwt) => jwt));
    expect(old).toMatchObject({ type: 'token', tenant: 'acme' });
    expect(old).not.toHaveProperty('keyId');
  });

  it.each<[string, () => Promise<string>]>([
    ['another issuer', () => forge((jwt) => jwt.setIssuer('other'))],
    ['another audience', () => forge((jwt) => jwt.setAudience('other'))],
    [
      'no expiry',
      () =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuer('statuswire')
          .setAudience('statuswire:watch')
          .sign(secret),
    ],
    ['another algorithm', () => forge((jwt) => jwt, claims, 'HS512')],
    ['no tenant', () => forge((jwt) => jwt, { grant: claims.grant })],
    ['an empty tenant', () => forge((jwt) => jwt, { ...claims, tenant: '' })],
    ['no grant', () => forge((jwt) => jwt, { tenant: 'acme' })],
    ['a grant of everything', () => forge((jwt) => jwt, { tenant: 'acme', grant: {} })],
    ['a grant of nothing', () => forge((jwt) => jwt, { tenant: 'acme', grant: { executions: [] } })],
    ['over 2,048 characters', () => forge((jwt) => jwt, { ...claims, padding: 'x'.repeat(2_048) })],
    [
      'no signature',
      async () =>
        new UnsecuredJWT(claims)
          .setIssuer('statuswire')
          .setAudience('statuswire:watch')
          .setExpirationTime('1h')
          .encode(),
    ],
    [
      'a changed claim',
      async () => {
        const [head, , signature] = (await mint()).split('.');
        const body = Buffer.from(
          JSON.stringify({ ...claims, tenant: 'other', iss: 'statuswire', aud: 'statuswire:watch', exp: start }),
        ).toString('base64url');
        return `${head}.${body}.${signature}`;
      },
    ],
  ])('are refused with %s', async (_what, make) => {
    expect(await verifier.verify(await make())).toBeNull();
  });
});

it.each([
  null,
  undefined,
  '',
  ' ',
  'Bearer',
  'Bearer ',
  'sw_',
  'a.b.c',
  '..',
  'sw_..',
  'Basic YTpi',
  '\0',
  'x'.repeat(100_000),
])('the credential %j is nobody', async (credential) => {
  expect(await verifier.verify(credential)).toBeNull();
  expect(lookups).toEqual([]);
});

it.each([[[]], [[new Uint8Array(31)]], [[secret, new Uint8Array(0)]]])('refuses the secrets %j', (tokenSecrets) => {
  expect(() => createVerifier({ keys, tokenSecrets, now: () => now })).toThrow(RangeError);
});
