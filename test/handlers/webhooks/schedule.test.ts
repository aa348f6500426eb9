import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRetryAfter } from '../../../handlers/webhooks/retry-after.ts';
import { retryDelayMs, standardSchedule } from '../../../handlers/webhooks/schedule.ts';

const hour = 3_600_000;
const now = Date.parse('2026-11-20T10:00:00.000Z');
const failures = fc.integer({ min: 1, max: 60 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const hint = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 400 * 24 * hour }));

describe('retry schedule', () => {
  test('S32: ten attempts span 75 h 35 m 05 s, then one a day for ever', () => {
    const delays = Array.from({ length: 14 }, (_, index) => retryDelayMs(standardSchedule, index + 1, null, () => 0));
    const span = delays.slice(0, 9).reduce((sum, delay) => sum + delay, 0);
    expect(span).toBe(((75 * 60 + 35) * 60 + 5) * 1000);
    expect(delays.slice(8)).toEqual(Array(6).fill(24 * hour));
  });

  test('jitter only ever delays, by at most a tenth', () => {
    fc.assert(
      fc.property(failures, random, hint, (count, drawn, hintMs) => {
        const plain = retryDelayMs(standardSchedule, count, hintMs, () => 0);
        const jittered = retryDelayMs(standardSchedule, count, hintMs, () => drawn);
        expect(jittered).toBeGreaterThanOrEqual(plain);
        expect(jittered).toBeLessThanOrEqual(Math.ceil(plain * 1.1));
      }),
    );
  });

  test('honouring Retry-After only ever delays, and no longer than the cap', () => {
    fc.assert(
      fc.property(failures, hint, (count, hintMs) => {
        const base = retryDelayMs(standardSchedule, count, null, () => 0);
        const hinted = retryDelayMs(standardSchedule, count, hintMs, () => 0);
        expect(hinted).toBe(Math.max(base, Math.min(hintMs ?? 0, 24 * hour)));
      }),
    );
  });

  test('waits never shrink as failures go on', () => {
    fc.assert(
      fc.property(failures, (count) => {
        const delay = (n: number) => retryDelayMs(standardSchedule, n, null, () => 0);
        expect(delay(count + 1)).toBeGreaterThanOrEqual(delay(count));
      }),
    );
  });
});

describe('Retry-After', () => {
  test.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Fri, 20 Nov 2026 10:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2026 09:00:00 GMT', 0],
    [null, null],
    ['', null],
    ['soon', null],
    ['-5', null],
    ['1.5', null],
    ['1e3', null],
    ['99999999999999999999', null],
    ['2026-11-20T10:00:30Z', null],
    ['Fri, 99 Nov 2026 10:00:30 GMT', null],
  ])('%j asks for %j ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });

  test('any text is either ignored or a wait that is not negative', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.date().map(String)), (header) => {
        const hintMs = parseRetryAfter(header, now);
        expect(hintMs === null || hintMs >= 0).toBe(true);
      }),
    );
  });
});
