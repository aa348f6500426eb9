import { expect, it } from 'vitest';
import { faultsOf } from '../soak/report.ts';
import { runSoak } from '../soak/run-soak.ts';

it('G1–G8: mixed load with kill -9 loses, repeats and reorders nothing, and what it holds levels off', {
  timeout: 120_000,
}, async () => {
  const report = await runSoak({ seed: 11, seconds: 20, perSecond: 8, kills: 2, print: () => undefined });
  expect(faultsOf(report)).toEqual([]);
  expect(report.started).toBeGreaterThan(80);
  expect(report.cloudRuns).toBeGreaterThan(20);
});
