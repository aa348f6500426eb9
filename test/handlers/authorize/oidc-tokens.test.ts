import { createSecretKey, randomBytes } from 'node:crypto';
import { exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OidcConfig } from '../../../core/oidc.ts';
import { isUnavailable } from '../../../core/unavailable.ts';
import { newApiKey } from '../../../handlers/authorize/api-key.ts';
import { createOidcTokens, maxOidcTokenLength } from '../../../handlers/authorize/oidc-tokens.ts';
import { createVerifier, type Verifier } from '../../../handlers/authorize/verifier.ts';
import { type Issuer, startIssuer } from './support/issuer.ts';

const start = Date.parse('2026-01-01T12:00:00Z');
const granted = { org: 'acme', may_read: ['orders'] };
const apiKey = newApiKey({ tenant: 'acme', scopes: ['read', 'tokens'], label: '', createdAt: 0, random: randomBytes });
let now: number;
let issuer: Issuer;
let reported: unknown[];
let verifier: Verifier;

beforeEach(async () => {
  now = start;
  reported = [];
  issuer = await startIssuer();
  verifier = verifierFor({});
});
afterEach(() => issuer.close());

function verifierFor(more: Partial<OidcConfig>, timeoutMs = 5_000): Verifier {
  const config: OidcConfig = {
    ...{
      issuer: issuer.issuer,
      audience: 'statuswire',
      tenant: { claim: 'org' },
      access: { claim: 'may_read' },
      ...more,
    },
  };
  const report = (error: unknown): void => void reported.push(error);
  return createVerifier({
    keys: {
      find: async (id) => (id === apiKey.record.id ? apiKey.record : null),
      ...{ put: async () => undefined, list: async () => [], remove: async () => false },
    },
    tokenSecrets: [new Uint8Array(32).fill(1)],
    now: () => now,
    oidc: createOidcTokens({ config, fetch, now: () => now, report, timeoutMs }),
  });
}
const token = (claims: object = {}, header: object = {}) => issuer.sign({ ...granted, ...claims }, header, start);
const unavailable = (credential: string) => expect(verifier.verify(credential)).rejects.toSatisfy(isUnavailable);
const seconds = start / 1_000;

describe('a company’s own token', () => {
  it.each(['', 'Bearer ', 'sw_', 'Bearer sw_'])('S29: is taken after "%s"', async (prefix) => {
    expect(await verifier.verify(prefix + (await token()))).toEqual({
      ...{ type: 'token', tenant: 'acme', subject: 'u1', expiresAt: start + 600_000 },
      grant: { type: 'workflows', workflows: ['orders'] },
    });
  });

  it('makes callers of as many tenants as there are in claims, and makes no tokens', async () => {
    const [acme, other] = [await verifier.verify(await token()), await verifier.verify(await token({ org: 'other' }))];
    expect([acme?.tenant, other?.tenant]).toEqual(['acme', 'other']);
    expect(acme && (await verifier.mintToken(acme, { type: 'workflow', workflow: 'orders' }))).toMatchObject({
      type: 'refused',
    });
  });

  it.each<[string, () => Promise<string>]>([
    ['another issuer', () => token({ iss: `${issuer.issuer}/other` })],
    ['another audience', () => token({ aud: 'other' })],
    ['no audience', () => token({ aud: undefined })],
    ['no expiry', () => token({ exp: undefined })],
    ['an expiry that is over', () => token({ exp: seconds })],
    ['a beginning that is still to come', () => token({ nbf: seconds + 11 })],
    ['no subject', () => token({ sub: undefined })],
    ['no tenant', () => token({ org: undefined })],
    ['nothing that may be read', () => token({ may_read: undefined })],
    ['the type of a logout token', () => token({}, { typ: 'logout+jwt' })],
    ['over 8,192 characters', () => token({ padding: 'x'.repeat(maxOidcTokenLength) })],
    [
      'a key of another issuer under the same name',
      async () => (await startOther()).sign({ ...granted, iss: issuer.issuer }, {}, start),
    ],
    ['no signature', async () => new UnsecuredJWT(await payload()).encode()],
    [
      'a signature by the public key as a shared secret',
      async () => {
        const pem = await exportSPKI((await importJWK(issuer.publicKey(), 'ES256')) as CryptoKey);
        const secret = createSecretKey(Buffer.from(pem));
        return new SignJWT(await payload()).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret);
      },
    ],
    [
      'a changed claim',
      async () => {
        const [head, , signature] = (await token()).split('.');
        const body = Buffer.from(JSON.stringify({ ...(await payload()), org: 'other' })).toString('base64url');
        return `${head}.${body}.${signature}`;
      },
    ],
  ])('G9: is refused with %s', async (_what, make) => {
    expect(await verifier.verify(await token())).not.toBeNull();
    expect(await verifier.verify(await make())).toBeNull();
  });

  const payload = async () => JSON.parse(Buffer.from((await token()).split('.')[1] ?? '', 'base64url').toString());
  async function startOther(): Promise<Issuer> {
    const other = await startIssuer();
    await other.close();
    return other;
  }

  it.each<[string, object, object]>([
    ['one of several audiences', { aud: ['other', 'statuswire'] }, {}],
    ['a clock a few seconds ahead', { nbf: seconds + 10, iat: seconds + 10 }, {}],
    ['the type of an access token', {}, { typ: 'at+jwt' }],
    ['over 2,048 characters', { padding: 'x'.repeat(4_000) }, {}],
  ])('is taken with %s', async (_what, claims, header) => {
    expect(await verifier.verify(await token(claims, header))).not.toBeNull();
  });

  it('S30: ends at its time, to the second', async () => {
    const text = await token();
    now = start + 599_999;
    expect(await verifier.verify(text)).not.toBeNull();
    now = start + 600_000;
    expect(await verifier.verify(text)).toBeNull();
  });

  it('is nobody’s where no issuer is configured, and asks nobody', async () => {
    const without = createVerifier({
      keys: { find: async () => null, put: async () => undefined, list: async () => [], remove: async () => false },
      ...{ tokenSecrets: [new Uint8Array(32)], now: () => now },
    });
    expect(await without.verify(await token())).toBeNull();
    expect(issuer.asked).toEqual({ discovery: 0, keys: 0 });
  });
});

describe('the issuer’s keys', () => {
  it('are asked for once, for all tokens of ten minutes', async () => {
    const text = await token();
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(text)));
    now = start + 599_000;
    await verifier.verify(text);
    expect(issuer.asked).toEqual({ discovery: 1, keys: 1 });
  });

  it('are where `jwksUri` says, without discovery', async () => {
    expect(await verifierFor({ jwksUri: issuer.keysUrl }).verify(await token())).not.toBeNull();
    expect(issuer.asked).toEqual({ discovery: 0, keys: 1 });
  });

  it('when rotated: a new one is asked for at once, but once in half a minute, because its name may be made up', async () => {
    await verifier.verify(await token());
    now = start + 30_000;
    await issuer.rotate();
    expect(await verifier.verify(await token())).not.toBeNull();
    expect(issuer.asked.keys).toBe(2);
    for (const kid of ['made', 'up']) await unavailable(await token({}, { kid }));
    expect(issuer.asked.keys).toBe(2);
    now = start + 60_000;
    expect(await verifier.verify(await token({}, { kid: 'made' }))).toBeNull();
    expect(issuer.asked.keys).toBe(3);
  });

  it('when rotated a moment after they were asked for: the token is not refused, and good half a minute later', async () => {
    await verifier.verify(await token());
    await issuer.rotate();
    now = start + 2_000;
    const text = await token({ iat: seconds + 1 });
    await unavailable(text);
    await unavailable(await token({ iat: undefined }));
    expect(issuer.asked.keys).toBe(1);
    now = start + 30_000;
    expect(await verifier.verify(text)).not.toBeNull();
  });

  it('when rotated while they are asked for: the answer may be the old one, and refuses nobody', async () => {
    await verifier.verify(await token());
    now = start + 30_000;
    const before = await token({}, { kid: 'made' });
    const asked = verifier.verify(before);
    const joined = verifier.verify(await token({ iat: seconds + 30 }, { kid: 'up' }));
    await expect(joined).rejects.toSatisfy(isUnavailable);
    expect(await asked).toBeNull();
  });

  it('that were asked for long after a token was made, and do not have its key, refuse it', async () => {
    await verifier.verify(await token());
    expect(await verifier.verify(await token({ iat: seconds - 60 }, { kid: 'made' }))).toBeNull();
    expect(issuer.asked.keys).toBe(1);
  });

  it('when withdrawn: stop counting within ten minutes', async () => {
    const text = await token({ exp: seconds + 3_600 });
    expect(await verifier.verify(text)).not.toBeNull();
    await issuer.rotate();
    now = start + 599_999;
    expect(await verifier.verify(text)).not.toBeNull();
    now = start + 600_000;
    expect(await verifier.verify(text)).toBeNull();
  });
});

describe('an issuer that cannot be asked', () => {
  it.each(['down', 'status', 'text', 'large', 'other issuer', 'elsewhere'] as const)(
    'G9: (%s) lets nobody in, and stops nobody else',
    async (broken) => {
      issuer.broken = broken;
      await unavailable(await token());
      expect(await verifier.verify(apiKey.secretText)).toMatchObject({ type: 'key' });
      const caller = await verifier.verify(apiKey.secretText);
      const minted = caller && (await verifier.mintToken(caller, { type: 'workflow', workflow: 'orders' }));
      expect(await verifier.verify(minted?.type === 'minted' ? minted.token : null)).toMatchObject({ tenant: 'acme' });
      issuer.broken = null;
      now = start + 5_000;
      expect(await verifier.verify(await token())).not.toBeNull();
    },
  );

  it('that says nothing is waited for no longer than the time-out', async () => {
    issuer.broken = 'silent';
    verifier = verifierFor({}, 50);
    await unavailable(await token());
  });

  it('is asked once in five seconds', async () => {
    issuer.broken = 'status';
    await unavailable(await token());
    now = start + 4_999;
    await unavailable(await token());
    expect(issuer.asked.discovery).toBe(1);
    now = start + 5_000;
    await unavailable(await token());
    expect(issuer.asked.discovery).toBe(2);
  });

  it('is missed only after an hour by who was known, and the operator hears of it; at once by a new key', async () => {
    const text = await token({ exp: seconds + 7_200 });
    await verifier.verify(text);
    issuer.broken = 'down';
    now = start + 3_599_999;
    expect(await verifier.verify(text)).not.toBeNull();
    expect(reported).toHaveLength(1);
    await unavailable(await token({ exp: seconds + 7_200 }, { kid: 'new' }));
    now = start + 3_600_000;
    await unavailable(text);
  });
});
