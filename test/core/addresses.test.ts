import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalBasePath, normalOrigin, normalPublicUrl } from '../../core/addresses.ts';

type Case = readonly [text: string, normal: string | RegExp];

const rules: readonly (readonly [string, (text: string) => string, readonly Case[]])[] = [
  [
    'a path prefix',
    normalBasePath,
    [
      ['', ''],
      ['/', ''],
      ['a', '/a'],
      ['/a/', '/a'],
      ['/a/b', '/a/b'],
      ['a~b/c_d.e/', '/a~b/c_d.e'],
      ['/a/../b', /fold them away/],
      ['..', /fold them away/],
      ['/./a', /fold them away/],
      ['a b', /is like/],
      ['//', ''],
      ['/a//b', /is like/],
      ['/a?b', /is like/],
      ['/a#b', /is like/],
      ['/a%2fb', /is like/],
      ['/a\\b', /is like/],
      ['/ä', /is like/],
      ['/:id', /is like/],
      ['/*', /is like/],
      ['/a\n', /is like/],
    ],
  ],
  [
    'a public URL',
    normalPublicUrl,
    [
      ['https://status.example.com', 'https://status.example.com'],
      ['https://status.example.com/', 'https://status.example.com'],
      ['HTTPS://Status.Example.com:443/sw/', 'https://status.example.com/sw'],
      ['http://[::1]:8787/a', 'http://[::1]:8787/a'],
      ['status.example.com', /whole URL/],
      ['/sw', /whole URL/],
      ['', /whole URL/],
      ['https://', /whole URL/],
      ['https:/x', /whole URL/],
      ['ftp://x', /begins with https/],
      ['https://u:p@x', /user name/],
      ['https://x/?a=1', /no query/],
      ['https://x/#a', /no query/],
      ['https://x/a/../b', /fold them away/],
      ['https://x/a b', /is like/],
    ],
  ],
  [
    'an origin',
    normalOrigin,
    [
      ['*', '*'],
      ['https://shop.example', 'https://shop.example'],
      ['https://shop.example/', 'https://shop.example'],
      ['https://SHOP.example:443', 'https://shop.example'],
      ['http://localhost:5173/', 'http://localhost:5173'],
      ['capacitor://localhost', 'capacitor://localhost'],
      ['example.com', /whole URL/],
      ['localhost:5173', /whole URL/],
      ['null', /whole URL/],
      ['ftp://x', /begins with https/],
      ['file:///', /begins with https/],
      ['https://shop.example/app', /alone/],
      ['https://shop.example/?a', /alone/],
      ['https://shop.example#', /alone/],
      ['https://u@shop.example', /alone/],
      ['https://*.example', /one host/],
    ],
  ],
];

describe.each(rules)('%s', (_, normal, cases) => {
  it.each(cases)('%j', (text, expected) => {
    if (typeof expected === 'string') expect(normal(text)).toBe(expected);
    else expect(() => normal(text)).toThrow(expected);
  });

  it('is the same when it is brought to its spelling twice, and refused by a sentence', () => {
    const parts = fc.constantFrom(
      'https://',
      'http://',
      '/',
      '//',
      'a',
      '.',
      '..',
      ':',
      '@',
      '?',
      '#',
      ' ',
      '%',
      'x.example',
      '*',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        let once: string;
        try {
          once = normal(text);
        } catch (error) {
          expect(String(error)).toMatch(/^Error: \w.*\.$/);
          return;
        }
        expect(normal(once)).toBe(once);
      }),
    );
  });
});
