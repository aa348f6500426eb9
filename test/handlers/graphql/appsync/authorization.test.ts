import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialIn, readHandshake } from '../../../../handlers/graphql/appsync/authorization.ts';

const encoded = (value: unknown, alphabet: 'base64' | 'base64url'): string =>
  Buffer.from(JSON.stringify(value)).toString(alphabet);

/** ASCII, and what takes two, three and four bytes, half a pair among it. */
const text = fc.string({
  unit: fc.oneof(fc.string({ minLength: 1, maxLength: 1 }), fc.constantFrom('é', '€', '😀', '\ud800')),
});

describe('S29: the credential of AppSync’s clients', () => {
  it.each<[Record<string, unknown>, string | null]>([
    [{ host: 'x', 'x-api-key': 'k' }, 'k'],
    [{ 'X-Api-Key': 'k' }, 'k'],
    [{ Authorization: 'sw_token', 'x-api-key': 'k' }, 'sw_token'],
    [{ 'x-api-key': 'k', authorization: 'sw_token' }, 'sw_token'],
    [{ authorization: '', 'x-api-key': 'k' }, 'k'],
    [{ authorization: ['a'], 'x-api-key': 7 }, null],
    [{ host: 'x' }, null],
    [{}, null],
  ])('in %j is %j', (headers, expected) => expect(credentialIn(headers)).toBe(expected));

  it('comes whole through either alphabet, whatever is in it', () => {
    fc.assert(
      fc.property(
        text.filter((credential) => credential !== ''),
        (credential) => {
          const headers = { host: 'x', Authorization: credential };
          const subprotocol = `graphql-ws, header-${encoded(headers, 'base64url')}`;
          const query = `/graphql/realtime?header=${encodeURIComponent(encoded(headers, 'base64'))}&payload=e30=`;
          const expected = { type: 'given', text: credential };
          expect(readHandshake({ url: '/x', headers: { 'sec-websocket-protocol': subprotocol } })).toEqual(expected);
          expect(readHandshake({ url: query, headers: {} })).toEqual(expected);
        },
      ),
    );
  });

  it('of the subprotocol outranks the query’s, and both the headers’', () => {
    const [a, b] = [encoded({ 'x-api-key': 'a' }, 'base64url'), encoded({ 'x-api-key': 'b' }, 'base64url')];
    const headers = { 'x-api-key': 'c', 'sec-websocket-protocol': `graphql-ws,header-${a}` };
    expect(readHandshake({ url: `/?header=${b}`, headers })).toMatchObject({ text: 'a' });
    expect(readHandshake({ url: `/?header=${b}`, headers: { 'x-api-key': 'c' } })).toMatchObject({ text: 'b' });
    expect(readHandshake({ url: '/?payload=e30=', headers })).toMatchObject({ text: 'a' });
    expect(readHandshake({ url: undefined, headers: { 'x-api-key': 'c' } })).toMatchObject({ text: 'c' });
  });

  it('G10: reading it never throws', () => {
    fc.assert(
      fc.property(text, text, (query, subprotocol) => {
        const results = [
          readHandshake({ url: `/?header=${query}`, headers: {} }),
          readHandshake({ url: query, headers: { 'sec-websocket-protocol': `header-${subprotocol}` } }),
        ];
        for (const { type } of results) expect(['given', 'missing', 'malformed']).toContain(type);
      }),
    );
  });
});
