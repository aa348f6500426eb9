import fc from 'fast-check';
import { compile } from 'json-p3';
import { describe, expect, it } from 'vitest';
import { compilePath } from '../../../core/paths/linear-path.ts';

describe('compilePath', () => {
  it.each([
    ["$[?match(@.a, '(a+)+')]", [{ a: 'aaa' }, { a: 'b' }, { a: 1 }], [{ a: 'aaa' }]],
    ["$[?search(@, 'b.d')]", ['abcde', 'abde', 5], ['abcde']],
    ["$[?match(@, '1')]", ['1', 1], ['1']],
    [
      "$[?!match(@.a, 'x') && @.b > 1]",
      [
        { a: 'y', b: 2 },
        { a: 'x', b: 2 },
      ],
      [{ a: 'y', b: 2 }],
    ],
    ['$.a[?@.x == $.b].y', undefined, undefined],
    ['$..name', { name: 1, a: [{ name: 2 }] }, [1, 2]],
    ["$.lines[*]['sku', 'price']", undefined, undefined],
    ['$[0, 2]', [1, 2, 3], [1, 3]],
    ['$[?count(@.*) > 1]', [[1], [1, 2]], [[1, 2]]],
    ['$[?length(@.a) == 2 || value(@.*) == 3]', undefined, undefined],
    ['$[?@.a.b[0]]', undefined, undefined],
    ['$[1:3][::-1]', undefined, undefined],
  ])('takes %s', (path, value, found) => {
    const compiled = compilePath(path);
    if (value !== undefined) expect(compiled.valuesAt(value)).toEqual(found);
  });

  it.each([
    ['$..a..b', 'only one segment may look into all descendants (..)'],
    ['$..*..*', 'only one segment may look into all descendants'],
    ['$[*, *]', 'different names, or different indexes counted from one end'],
    ["$['a', 'a']", 'different names'],
    ['$[0, -1]', 'different indexes counted from one end'],
    ['$[0, 0]', 'different indexes'],
    ['$[?@.a, ?@.b]', 'different names'],
    ['$[0:2, 1:3]', 'different names'],
    ["$['a', *]", 'different names'],
    ['$[?@..a]', 'a filter may not look into all descendants (..)'],
    ['$[?$..a]', 'a filter may not look into all descendants (..)'],
    ['$[?!(@.x && @..a)]', 'a filter may not look into all descendants (..)'],
    ['$[?count(@..a) > 1]', 'a filter may not look into all descendants (..)'],
    ['$[?@[?@.a]]', 'filters may not be nested'],
    ["$[?@['a', 'a'].b]", 'different names'],
    ['$[?$.a == $.b]', 'must compare with the candidate'],
    ['$[?length($.a) > 1]', 'length() may not be asked of the whole ($)'],
    ["$[?match($.a, 'b')]", 'match() may not be asked of the whole ($)'],
    ['$[?match(@.a, @.b)]', 'match() needs its pattern as a text in quotes'],
    ['$[?search(@.a, $.b)]', 'search() may not be asked of the whole'],
    ["$[?search(@.a, '(a')]", 'search(): "(a" is no I-Regexp (RFC 9485): a "(" is not closed'],
    ["$[?match(@.a, '(a)\\\\1')]", 'is no I-Regexp'],
    ["$[?match(@.a, '(a{99}){99}')]", 'it needs over 500 steps'],
  ])('refuses %s, which a value could make take more than linear time', (path, reason) => {
    expect(() => compilePath(path)).toThrow(/^could take more than linear time: /);
    expect(() => compilePath(path)).toThrow(reason);
  });

  it('finds what json-p3 finds where no pattern is in it', () => {
    const paths = ['$', '$.a', '$..a', '$.*', '$[?@.a]', '$[?@ > 1]', '$..[0]', '$.a[*].b', '$[0:2]', "$['a', 'b']"];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 5 }), (path, value) => {
        const json = JSON.parse(JSON.stringify(value));
        expect(compilePath(path).valuesAt(json)).toEqual(compile(path).query(json).values());
      }),
    );
  });
});
