import { expect, it } from 'vitest';
import { faultsOf } from '../soak/report.ts';
import { runSoak } from '../soak/run-soak.ts';

it('G1–G8, S4: mixed load with kill -9, forgetting, expiry and trimming loses, repeats, reorders and revives nothing', async () => {
  const report = await runSoak({ seed: 11, seconds: 14, perSecond: 8, kills: 1, print: () => undefined });
  expect(faultsOf(report)).toEqual([]);
  // Each kind of thing happened; how often depends on the machine.
  expect(report.started).toBeGreaterThan(15);
  expect(report.cloudRuns).toBeGreaterThan(3);
  expect(report.expired).toBeGreaterThan(3);
  expect(report.forgotten).toBeGreaterThan(0);
  expect(report.droppedLate).toBeGreaterThan(3);
});
