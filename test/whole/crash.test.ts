import { expect, it } from 'vitest';
import { noFaults } from '../crash/readers.ts';
import { runCrash } from '../crash/run-crash.ts';

it('G1, G2, G3: kill -9 in the middle of orders loses, repeats and reorders nothing, for any channel', async () => {
  const report = await runCrash({ seed: 5, orders: 80, kills: 2, watched: 10, print: () => undefined });
  expect(report).toMatchObject({
    accepted: 80,
    ended: 80,
    brokenLogs: [],
    polling: noFaults(),
    subscription: noFaults(),
    webhook: noFaults(),
    exitCode: 0,
  });
});
