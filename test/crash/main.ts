import { parseArgs } from 'node:util';
import { runCrash } from './run-crash.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, orders: { type: 'string' }, kills: { type: 'string' } },
});
const seed = Number(values.seed ?? 1);
const orders = Number(values.orders ?? 2_000);
const kills = Number(values.kills ?? 6);

console.log(`seed ${seed}, ${orders} orders, ${kills} kills (--seed, --orders, --kills change that)`);
const report = await runCrash({ seed, orders, kills, watched: 40, print: console.log });
const { brokenLogs, polling, subscription, webhook, ...counts } = report;
console.table(counts);
console.table({ polling, subscription, webhook });
for (const broken of brokenLogs.slice(0, 10)) console.log(`broken: ${broken}`);
const faults = [polling, subscription, webhook]
  .flatMap((one) => Object.values(one))
  .reduce((sum, count) => sum + count, 0);
const good = faults === 0 && brokenLogs.length === 0 && report.ended === orders;
console.log(good ? 'Nothing lost, repeated or reordered.' : 'FAILED');
process.exitCode = good ? 0 : 1;
