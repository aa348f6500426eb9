import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseApiKey } from '../../../core/access.ts';
import { apiKeyRecord, newApiKey, secretMatches } from '../../../handlers/authorize/api-key.ts';

const details = { tenant: 'acme', scopes: ['read'], label: 'shop', createdAt: 1 } as const;

describe('S28: API keys', () => {
  it('look like sw_<id>_<secret> and are stored as a hash', () => {
    const { record, secretText } = newApiKey({ ...details, random: randomBytes });
    const parts = parseApiKey(secretText);
    expect(parts?.id).toBe(record.id);
    const hash = createHash('sha256')
      .update(parts?.secret ?? '')
      .digest('hex');
    expect(record).toEqual({ id: parts?.id, secretHash: hash, ...details });
  });

  it('whatever the random bytes are, the text reads back and matches', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, (chosen) => {
        const { record, secretText } = newApiKey({ ...details, random: (count) => chosen.subarray(0, count) });
        const parts = parseApiKey(secretText);
        expect(parts && secretMatches(record, parts.secret)).toBe(true);
      }),
    );
  });

  it('have 256 random bits of secret', () => {
    const asked: number[] = [];
    newApiKey({
      ...details,
      random: (count) => {
        asked.push(count);
        return randomBytes(count);
      },
    });
    expect(asked).toEqual([8, 32]);
  });

  it('may be chosen, in the same form', () => {
    expect(apiKeyRecord('sw_mine_0123456789abcdef', details)).toMatchObject({ id: 'mine', tenant: 'acme' });
    expect(apiKeyRecord('hunter2', details)).toBeNull();
  });

  it.each(['', 'zz', 'abcd'])('a broken stored hash "%s" matches nothing', (secretHash) => {
    expect(secretMatches({ id: 'k', secretHash, ...details }, 'x')).toBe(false);
  });
});
