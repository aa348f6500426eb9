import { parseArgs } from 'node:util';
import { seededRandom } from '../support/seeded-random.ts';
import { clockSteps } from './clocks.ts';
import { damagedFiles } from './damaged-files.ts';
import { firstStarts } from './first-start.ts';
import { fullDisk } from './full-disk.ts';
import { messageOf, type Outcome } from './report.ts';

const kinds = { 'first-start': firstStarts, files: damagedFiles, disk: fullDisk, clocks: clockSteps } as const;
const { values } = parseArgs({ options: { seed: { type: 'string' }, only: { type: 'string' } } });
const seed = Number(values.seed ?? 1);
const chosen = Object.entries(kinds).filter(([name]) => values.only === undefined || name === values.only);

console.log(`seed ${seed} (--seed, --only ${Object.keys(kinds).join('|')} change that)`);
if (chosen.length === 0 || !Number.isInteger(seed)) {
  console.error(`--only is one of ${Object.keys(kinds).join(', ')}; --seed is a whole number`);
  process.exit(2);
}
const outcomes: Record<string, Outcome> = {};
for (const [name, play] of chosen) {
  outcomes[name] = await play({ random: seededRandom(seed), print: console.log }).catch((error: unknown) => ({
    cases: 0,
    counts: {},
    failures: [`it broke off: ${messageOf(error)}`],
  }));
}
console.table(
  Object.fromEntries(
    Object.entries(outcomes).map(([name, { cases, counts, failures }]) => [
      name,
      {
        cases,
        failures: failures.length,
        outcomes: Object.entries(counts)
          .map((entry) => entry.join(' '))
          .join(', '),
      },
    ]),
  ),
);
for (const [name, { failures, skipped }] of Object.entries(outcomes)) {
  if (skipped !== undefined) console.log(`SKIPPED ${name}: ${skipped}`);
  for (const failure of failures) console.log(`FAILED ${name}: ${failure}`);
}
const all = Object.values(outcomes);
const good = all.every(({ failures }) => failures.length === 0) && all.some(({ cases }) => cases > 0);
console.log(good ? 'Every fault was refused in a sentence, told, or cost nothing.' : 'FAILED');
process.exitCode = good ? 0 : 1;
