import { Console } from 'node:console';
import { parseArgs } from 'node:util';
import { faultsOf } from './report.ts';
import { runSoak } from './run-soak.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string' },
    kills: { type: 'string' },
    'per-second': { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 100_000);
const seconds = Number(values.seconds ?? 600);
const kills = Number(values.kills ?? Math.max(1, Math.round(seconds / 60)));
const perSecond = Number(values['per-second'] ?? 10);

const out = new Console(process.stdout, process.stderr);
out.log(
  `seed ${seed}, ${seconds} s, ${perSecond} per second, ${kills} kills (--seed, --seconds, --per-second, --kills)`,
);
const report = await runSoak({ seed, seconds, perSecond, kills, print: (line) => out.log(line) });
const { sdk, raw, webhook, broken: _, levels, ...counts } = report;
out.table(counts);
out.table({ 'SDK readers': sdk, 'raw sockets': raw, webhooks: webhook });
out.table(levels);
const faults = faultsOf(report);
for (const fault of faults.slice(0, 20)) out.log(`FAULT: ${fault}`);
out.log(faults.length === 0 ? 'Nothing lost, repeated or reordered; what it holds levels off.' : 'FAILED');
process.exitCode = faults.length === 0 ? 0 : 1;
