import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIdempotencyKey } from '../../../handlers/api/idempotency-key.ts';
import { apiKit } from './support/api-kit.ts';

describe('S26: Idempotency-Key', () => {
  it.each([
    ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['"a b, c"', 'a b, c'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    [' k ', 'k'],
    ['a=b/c:d@e+f', 'a=b/c:d@e+f'],
  ])('%s is the key %s', (header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key);
  });

  it.each(['', '""', '"', '"a', 'a"', '"a"b"', '"\\x"', '"é"', 'a b', 'a, b', '"a", "b"', '"a";p=1', 'x'.repeat(256)])(
    '%s is malformed',
    (header) => {
      expect(parseIdempotencyKey(header)).toBeNull();
    },
  );

  it('reads back every string that RFC 8941 can carry', () => {
    const ascii = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)) });
    fc.assert(
      fc.property(ascii, (key) => {
        const expected = key.length >= 1 && key.length <= 255 ? key : null;
        expect(parseIdempotencyKey(`"${key.replace(/["\\]/g, '\\$&')}"`)).toBe(expected);
      }),
    );
  });

  it('a malformed one is 400 and starts nothing', async () => {
    const kit = await apiKit();
    const answer = await kit.post('/executions/orders', await kit.key(), {}, { 'Idempotency-Key': 'a, b' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ type: 'urn:statuswire:problem:bad-request' });
    expect(kit.starts).toEqual([]);
  });
});
