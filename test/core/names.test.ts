import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasLength, isName } from '../../core/names.ts';

/** With characters of both kinds, and halves of them. */
const anyText = (maxLength: number) =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength }),
    fc.string({ unit: fc.constantFrom('a', '.', '🎉', '\ud83c', '\udf89'), maxLength }),
  );

/** The name that a service reads in the path that a client asks for, as any client writes it; null when it cannot be written. */
function asked(name: string): string | null {
  try {
    const { pathname } = new URL(`http://status.example/status/orders/${encodeURIComponent(name)}`);
    return decodeURIComponent(pathname.slice('/status/orders/'.length));
  } catch {
    return null;
  }
}

describe('S1: names', () => {
  it('are counted by characters', () => {
    fc.assert(
      fc.property(anyText(20), fc.nat(3), fc.integer({ min: 1, max: 20 }), (text, least, most) => {
        fc.pre(text.isWellFormed());
        const characters = [...text].length;
        expect(hasLength(text, least, most)).toBe(characters >= least && characters <= most);
      }),
    );
  });

  it('are exactly what a reader can ask for, of at most 80 characters', () => {
    fc.assert(
      fc.property(anyText(90), (text) => {
        const characters = [...text].length;
        expect(isName(text)).toBe(characters >= 1 && characters <= 80 && asked(text) === text);
      }),
    );
  });

  it.each([
    ['🎉'.repeat(80), true],
    ['🎉'.repeat(81), false],
    ['x'.repeat(81), false],
    ['.', false],
    ['..', false],
    ['...', true],
    ['.a', true],
    ['\ud800', false],
    ['\udf89\ud83c', false],
    ['', false],
  ])('%j: %s', (name, expected) => {
    expect(isName(name)).toBe(expected);
  });
});
