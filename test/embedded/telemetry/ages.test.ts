import { describe, expect, it } from 'vitest';
import { createAges } from '../../../embedded/telemetry/ages.ts';

describe('ages', () => {
  it('are those of the clock, and 0 only where nothing waits', () => {
    const ageOf = createAges(() => 0);
    expect(ageOf('start', null, 9_000)).toBe(0);
    expect(ageOf('start', 4_000, 9_000)).toBe(5);
    expect(ageOf('start', 9_000, 9_000)).toBeGreaterThan(0);
  });

  it.each([-1_000, -4_000, -30_000, -3_600_000, -30 * 86_400_000])('go on when the clock is set by %i ms', (step) => {
    let elapsed = 0;
    const ageOf = createAges(() => elapsed);
    const now = 1e12;
    expect(ageOf('webhook', now - 5_000, now)).toBe(5);
    elapsed = 2_000;
    expect(ageOf('webhook', now - 5_000, now + step + 2_000)).toBe(7);
    // Seen for the first time after the step.
    expect(ageOf('fanout', now, now + step)).toBeGreaterThan(0);
    elapsed = 12_000;
    expect(ageOf('fanout', now, now + step + 10_000)).toBe(10);
    // Another thing has another age.
    expect(ageOf('webhook', now + step + 11_000, now + step + 12_000)).toBe(1);
  });
});
