import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiKeyRecord, Caller } from '../../../core/access.ts';
import { apiKeyRecord, newApiKey } from '../../../handlers/authorize/api-key.ts';
import { createVerifiedCache } from '../../../handlers/authorize/verified-cache.ts';
import { createVerifier, type Verifier } from '../../../handlers/authorize/verifier.ts';

const start = Date.parse('2026-01-01T12:00:00.000Z');
const owner: Caller = { type: 'key', keyId: 'k', tenant: 'acme', scopes: ['tokens'] };
let now: number;
let records: Map<string, ApiKeyRecord>;
let verifier: Verifier;

beforeEach(() => {
  now = start;
  records = new Map();
  verifier = createVerifier({
    keys: {
      find: async (id) => records.get(id) ?? null,
      put: async (record) => void records.set(record.id, record),
      list: async () => [...records.values()],
      remove: async (id) => records.delete(id),
    },
    tokenSecrets: [new Uint8Array(32).fill(1)],
    now: () => now,
  });
});

function newKey(): { readonly id: string; readonly text: string } {
  const details = { tenant: 'acme', scopes: ['read'], label: '', createdAt: now, random: randomBytes } as const;
  const { record, secretText } = newApiKey(details);
  records.set(record.id, record);
  return { id: record.id, text: secretText };
}

describe('a credential that was verified before', () => {
  it('S28: a token counts until it expires and not a moment longer', async () => {
    const minted = await verifier.mintToken(owner, { type: 'workflow', workflow: 'orders' }, 60);
    if (minted.type === 'refused') throw new Error(minted.reason);
    expect(await verifier.verify(minted.token)).not.toBeNull();
    now = start + 59_999;
    expect(await verifier.verify(minted.token)).not.toBeNull();
    now = start + 60_000;
    expect(await verifier.verify(minted.token)).toBeNull();
  });

  it('S24: a key that was revoked here stops at once, elsewhere after five seconds', async () => {
    const [here, elsewhere] = [newKey(), newKey()];
    for (const { text } of [here, elsewhere]) expect(await verifier.verify(text)).not.toBeNull();
    records.clear();
    verifier.forgetKey(here.id);
    expect(await verifier.verify(here.text)).toBeNull();
    now = start + 4_999;
    expect(await verifier.verify(elsewhere.text)).not.toBeNull();
    now = start + 5_000;
    expect(await verifier.verify(elsewhere.text)).toBeNull();
  });

  it('is looked at anew when its key got another secret', async () => {
    const { id, text } = newKey();
    await verifier.verify(text);
    const other = `sw_${id}_${'x'.repeat(40)}`;
    const changed = apiKeyRecord(other, { tenant: 'acme', scopes: ['read'], label: '', createdAt: now });
    if (changed) records.set(id, changed);
    verifier.forgetKey(id);
    expect(await verifier.verify(other)).not.toBeNull();
    expect(await verifier.verify(text)).toBeNull();
  });

  it('another secret under a remembered key id is refused', async () => {
    const { id, text } = newKey();
    await verifier.verify(text);
    expect(await verifier.verify(`sw_${id}_${'y'.repeat(43)}`)).toBeNull();
  });

  it('is forgotten when a thousand others came after it', () => {
    const cache = createVerifiedCache(
      () => now,
      () => null,
    );
    const caller: Caller = {
      type: 'token',
      tenant: 't',
      grant: { type: 'workflow', workflow: 'w' },
      expiresAt: now + 1,
    };
    for (let n = 0; n <= 1_000; n += 1) cache.add(`c${n}`, { caller, record: null });
    expect([cache.find('c0'), cache.find('c1')]).toEqual([null, caller]);
  });
});
