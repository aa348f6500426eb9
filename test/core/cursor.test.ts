import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../core/cursor.ts';

const epoch = fc.stringMatching(/^[0-9A-Z]{26}$/);
const position = fc.record({ epoch, seq: fc.nat() });

describe('cursors', () => {
  it('stand for exactly one position, and fit in a URL as they are', () => {
    fc.assert(
      fc.property(position, (place) => {
        const cursor = encodeCursor(place);
        expect(decodeCursor(cursor)).toEqual(place);
        expect(encodeURIComponent(cursor)).toBe(cursor);
      }),
    );
  });

  it('S20: anything else is malformed, and nothing throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const place = decodeCursor(text);
        if (place) expect(encodeCursor(place)).toBe(text);
      }),
    );
    const good = encodeCursor({ epoch: '01M7YWDAQN3864CTDEG3RMVF1D', seq: 4 });
    const odd = [
      '',
      '=',
      `${good}=`,
      `${good} `,
      good.slice(1),
      btoa('x.1'),
      btoa('01M7YWDAQN3864CTDEG3RMVF1D.01'),
      '💥',
    ];
    expect(odd.map(decodeCursor)).toEqual(odd.map(() => null));
  });
});
