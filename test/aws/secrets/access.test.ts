import { describe, expect, it } from 'vitest';
import { allScopes, type Caller } from '../../../core/access.ts';
import { isUnavailable } from '../../../core/unavailable.ts';
import { apiKeyRecord } from '../../../handlers/authorize/api-key.ts';
import { failure, keyValue, secretsKit, tokenValue } from './support.ts';

const firstKey = 'sw_first_original-secret-1';
const minutes = 60_000;
const operator: Caller = { type: 'key', keyId: 'first', tenant: 'default', scopes: allScopes };

async function mint({ verifier }: ReturnType<typeof secretsKit>): Promise<string> {
  const minted = await verifier.mintToken(operator, { type: 'workflow', workflow: 'orders' }, 3_600);
  if (minted.type === 'refused') throw new Error(minted.reason);
  return minted.token;
}

describe('the first key', () => {
  it('S24: has all scopes and tenant default, beside the keys of the table', async () => {
    const kit = secretsKit();
    const other = apiKeyRecord('sw_acme_0123456789abcdef', {
      tenant: 'acme',
      scopes: ['read'],
      label: '',
      createdAt: 1,
    });
    if (other) kit.stored.push(other);
    expect(await kit.verifier.verify(`Bearer ${firstKey}`)).toEqual(operator);
    expect(await kit.verifier.verify('sw_acme_0123456789abcdef')).toMatchObject({ tenant: 'acme', scopes: ['read'] });
    expect(await kit.verifier.verify('sw_first_another-secret-22')).toBeNull();
    expect(await kit.verifier.verify('sw_nobody_original-secret-1')).toBeNull();
    expect((await kit.keys.list(null)).map(({ id }) => id)).toEqual(['first', 'acme']);
  });

  it('stops working within 5 minutes after its secret was changed, and the new one works', async () => {
    const kit = secretsKit();
    expect(await kit.verifier.verify(firstKey)).toEqual(operator);
    kit.rotate('key', keyValue('rotated-secret-22'));
    kit.now += 5 * minutes - 1;
    expect(await kit.verifier.verify(firstKey)).toEqual(operator);
    kit.now += 5_001;
    expect(await kit.verifier.verify(firstKey)).toBeNull();
    expect(await kit.verifier.verify('sw_first_rotated-secret-22')).toEqual(operator);
  });

  it('stays revoked when it was revoked, in every instance; another text under its id is another key', async () => {
    const kit = secretsKit();
    expect(await kit.keys.remove('first')).toBe(true);
    expect(await kit.keys.remove('first')).toBe(false);
    kit.now += 5_001;
    expect(await kit.verifier.verify(firstKey)).toBeNull();
    expect(await kit.keys.list(null)).toEqual([]);
    kit.rotate('key', keyValue('rotated-secret-22'));
    kit.now += 5 * minutes;
    expect(await kit.verifier.verify('sw_first_rotated-secret-22')).toEqual(operator);
    kit.rotate('key', keyValue('original-secret-1'));
    kit.now += 5 * minutes + 5_001;
    expect(await kit.verifier.verify(firstKey)).toBeNull();
  });

  it('does not stop those whose key is in the table when its secret cannot be read', async () => {
    const kit = secretsKit();
    const other = apiKeyRecord('sw_acme_0123456789abcdef', {
      tenant: 'acme',
      scopes: ['read'],
      label: '',
      createdAt: 1,
    });
    if (other) kit.stored.push(other);
    kit.rotate('key', 'no JSON at all');
    expect(await kit.verifier.verify('sw_acme_0123456789abcdef')).not.toBeNull();
    await expect(kit.verifier.verify(firstKey)).rejects.toSatisfy(isUnavailable);
  });
});

describe('watch tokens', () => {
  it('S28: a token of before a rotation holds on, by AWSPREVIOUS, and new ones are signed by the new secret', async () => {
    const kit = secretsKit();
    const before = await mint(kit);
    kit.rotate('token', tokenValue('b'));
    kit.now += 5 * minutes;
    expect(await kit.verifier.verify(before)).toMatchObject({ type: 'token' });
    const after = await mint(kit);
    kit.rotate('token', tokenValue('c'));
    kit.now += 5 * minutes;
    expect(await kit.verifier.verify(after)).toMatchObject({ type: 'token' });
    // Twice rotated: also out of the memory of what was found good.
    expect(await kit.verifier.verify(before)).toBeNull();
  });
});

describe('Secrets Manager is asked', () => {
  it('for nothing before a credential comes, and not for a request without one', async () => {
    const kit = secretsKit();
    expect(await kit.verifier.verify(undefined)).toBeNull();
    expect(await kit.verifier.verify('')).toBeNull();
    expect(kit.calls).toEqual([]);
  });

  it('once in 5 minutes for each version, however many ask at once', async () => {
    const kit = secretsKit();
    await Promise.all(Array.from({ length: 20 }, () => kit.verifier.verify(firstKey)));
    kit.now += 5 * minutes - 1;
    await kit.verifier.verify(firstKey);
    expect(kit.calls.toSorted()).toEqual(['key AWSCURRENT', 'token AWSCURRENT', 'token AWSPREVIOUS']);
    kit.now += 5_000;
    await kit.verifier.verify(firstKey);
    expect(kit.calls).toHaveLength(6);
  });
});

describe('while Secrets Manager fails', () => {
  it('nobody is let in before it has answered once; then everybody is', async () => {
    const kit = secretsKit();
    kit.fail(failure('InternalServiceError'));
    await expect(kit.verifier.verify(firstKey)).rejects.toSatisfy(isUnavailable);
    await expect(kit.verifier.mintToken(operator, { type: 'workflow', workflow: 'orders' })).rejects.toSatisfy(
      isUnavailable,
    );
    kit.fail(null);
    expect(await kit.verifier.verify(firstKey)).toEqual(operator);
  });

  it('what it said last goes on, reported, and it is asked again every half minute', async () => {
    const kit = secretsKit();
    const token = await mint(kit);
    await kit.verifier.verify(firstKey);
    kit.fail(failure('InternalServiceError'));
    kit.now += 6 * minutes;
    expect(await kit.verifier.verify(firstKey)).toEqual(operator);
    expect(await kit.verifier.verify(token)).not.toBeNull();
    expect(kit.reported).toHaveLength(2);
    const asked = kit.calls.length;
    kit.now += 29_999;
    await kit.verifier.verify(firstKey);
    expect(kit.calls).toHaveLength(asked);
    kit.fail(null);
    kit.rotate('key', keyValue('rotated-secret-22'));
    kit.now += 5_000;
    expect(await kit.verifier.verify(firstKey)).toBeNull();
  });

  it.each(['ResourceNotFoundException', 'InvalidRequestException', 'AccessDeniedException'])(
    'a secret that was taken away (%s) stops counting at once',
    async (name) => {
      const kit = secretsKit();
      await kit.verifier.verify(firstKey);
      kit.fail(failure(name));
      kit.now += 5 * minutes;
      await expect(kit.verifier.verify(firstKey)).rejects.toSatisfy(isUnavailable);
      await expect(kit.verifier.verify(firstKey)).rejects.toSatisfy(isUnavailable);
    },
  );
});

describe('a secret that holds something else', () => {
  it.each([
    ['key', 'hush-hush-hush-hush'],
    ['key', keyValue('hush')],
    ['key', keyValue('hush-hush-hush-hush', 'no_id')],
    ['token', '"hush-hush"'],
    ['token', JSON.stringify({ secret: 'hush-hush' })],
  ] as const)('lets nobody in by it, and its text stands in no error: %s %s', async (secret, value) => {
    const kit = secretsKit();
    kit.rotate(secret, value);
    const error: unknown = await kit.verifier.verify(firstKey).catch((reason: unknown) => reason);
    expect(isUnavailable(error)).toBe(true);
    const told: string[] = [];
    for (let at: unknown = error; at instanceof Error; at = at.cause) told.push(at.message, at.stack ?? '');
    expect(told.join('\n')).toContain("The secret's value is not");
    expect(told.join('\n')).not.toContain('hush');
  });
});
