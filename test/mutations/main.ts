import { Console } from 'node:console';
import { parseArgs } from 'node:util';
import { copyTree, runTests, tryWithout, type Verdict } from './run-mutations.ts';
import { safeguards } from './safeguards.ts';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const out = new Console(process.stdout, process.stderr);
const chosen = safeguards.filter(({ name }) => name.includes(values.only ?? ''));
const { folder, remove } = copyTree();
try {
  const tests = [...new Set(chosen.flatMap((safeguard) => safeguard.tests))];
  const { passed, failures } = runTests(folder, tests);
  if (!passed) throw new Error(`red before anything was taken out: ${failures.join('; ') || 'the tests did not run'}`);
  const verdicts: Verdict[] = [];
  for (const safeguard of chosen) {
    const verdict = tryWithout(folder, safeguard);
    verdicts.push(verdict);
    out.log(`${verdict.outcome.padEnd(10)} ${verdict.safeguard}\n           ${verdict.by}`);
  }
  const killed = verdicts.filter(({ outcome }) => outcome === 'killed').length;
  out.log(`${killed} of ${verdicts.length} safeguards turn a test red when they are taken out.`);
  process.exitCode = killed === verdicts.length && killed > 0 ? 0 : 1;
} finally {
  remove();
}
