import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRegexp } from '../../../core/paths/linear-regexp.ts';

/** Patterns in which I-Regexp and JavaScript agree: no `.`, no anchors. */
const patterns = fc
  .letrec<{ atom: string; piece: string; branch: string; whole: string }>((tie) => ({
    atom: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom('a', 'b', '-', '[ab]', '[^a]', '[a-c-]', '\\p{L}', '\\P{Lu}', '\\.', '😀', '[😀b]'),
      tie('whole').map((inside) => `(?:${inside})`),
    ),
    piece: fc
      .tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '{0}'))
      .map(([atom, quantifier]) => atom + quantifier),
    branch: fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
    whole: fc.array(tie('branch'), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')),
  }))
  .whole.filter((pattern) => pattern.length < 40);
const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-', '.', 'A', '😀', '\n'), maxLength: 8 });
const asIRegexp = (pattern: string): string => pattern.replaceAll('(?:', '(');

describe('compileRegexp', () => {
  it('matches what JavaScript’s own engine matches', () => {
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const ours = compileRegexp(asIRegexp(pattern));
        expect(ours.matches(text)).toBe(new RegExp(`^(?:${pattern})$`, 'u').test(text));
        expect(ours.isIn(text)).toBe(new RegExp(pattern, 'u').test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['(a+)+b', 'a'],
    ['(a|a)*b', 'a'],
    ['(a|aa)+', 'a'],
    ['([a-z]+)*[0-9]', 'z'],
    ['(.*)(.*)(.*)(.*)(.*)x', 'y'],
    ['(a?){50}a{50}b', 'a'],
    ['a*a*a*a*a*a*b', 'a'],
  ])('comes to an end with %s, where backtracking does not', (pattern, letter) => {
    const text = letter.repeat(5_000);
    const regexp = compileRegexp(pattern);
    expect(regexp.matches(`${text}!`)).toBe(false);
    expect(regexp.isIn(`${text}!`)).toBe(pattern === '(a|aa)+');
  });

  it.each([
    ['.', 'x', true],
    ['.', '\n', false],
    ['.', '\r', false],
    ['.', '\u2028', true],
    ['.', '😀', true],
    ['a^b$', 'a^b$', true],
    ['\\n\\t\\r', '\n\t\r', true],
    ['\\-\\^\\{\\}\\[\\]\\\\\\|\\(\\)\\?\\*\\+\\.', '-^{}[]\\|()?*+.', true],
    ['', '', true],
    ['', 'a', false],
    ['a||b', '', true],
    ['[-a]', '-', true],
    ['[^-a]', '-', false],
    ['[\\]a]', ']', true],
    ['\\p{Nd}{2}', '12', true],
    ['(){5}a', 'a', true],
  ])('matches %j with %j: %s (RFC 9485)', (pattern, text, matched) => {
    expect(compileRegexp(pattern).matches(text)).toBe(matched);
  });

  it.each([
    ['(a', 'a "(" is not closed'],
    ['a)', 'a ")" closes nothing'],
    ['*a', '"*a" stands where a character is expected'],
    ['a**', '"*" stands where'],
    ['a{2', 'a "{" begins no quantifier'],
    ['a{3,2}', '"{3,2}" ends before it begins'],
    ['\\d', '"\\d" stands where'],
    ['(a)\\1', '"\\1" stands where'],
    ['(?=a)', '"?=a)" stands where'],
    ['[]', '"[]" stands where'],
    ['[b-a]', '"[b-a]" is no class'],
    ['\\p{Xx}', '"\\p{Xx}" is no class'],
    ['(a{30}){30}', 'it needs over 500 steps'],
    ['a{1000000000}', 'it needs over 500 steps'],
  ])('refuses %s with the reason', (pattern, reason) => {
    expect(() => compileRegexp(pattern)).toThrow(reason);
  });

  it('refuses or compiles whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab\\[](){}|*+?.-^1,pL') }), (pattern) => {
        try {
          compileRegexp(pattern).isIn('ab');
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
