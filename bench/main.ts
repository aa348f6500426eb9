import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { measureRow } from './measure.ts';
import { consoleText } from './report/console.ts';
import { judge } from './report/format.ts';
import { writeResults } from './report/write.ts';
import type { RowResult } from './row.ts';
import { rows } from './rows/index.ts';

interface Options {
  readonly only?: readonly string[];
  readonly rounds: number;
  readonly quick?: boolean;
  readonly write?: boolean;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number from 1 up');
  return value;
}

const options = new Command('bench')
  .description('Measures the service beside its peers: everything in one run, on the loopback interface only.')
  .addOption(new Option('--only <row...>', 'only these rows').choices(rows.map(({ name }) => name)))
  .option('--rounds <count>', 'measurements of every contender', wholeNumber, 3)
  .option('--quick', 'small measurements, one round unless --rounds says otherwise: shows that all of it works')
  .option('--write', 'put the results into docs/benchmarks.md and docs/benchmarks.svg')
  .addHelpText('after', `\nRows:\n${rows.map(({ name, title }) => `  ${name.padEnd(16)}${title}`).join('\n')}`);
options.parse();

const { only, quick = false, write = false } = options.opts<Options>();
const rounds = quick && options.getOptionValueSource('rounds') === 'default' ? 1 : options.opts<Options>().rounds;
const chosen = rows.filter(({ name }) => only?.includes(name) ?? true);
const began = performance.now();
const results: RowResult[] = [];

/** One line that is written over; on a pipe or in a log there is none. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

for (const [index, row] of chosen.entries()) {
  const where = `[${index + 1}/${chosen.length}] ${row.name}: `;
  const result = await measureRow(row, quick ? 'quick' : 'full', rounds, (what) => progress(where + what));
  progress('');
  results.push(result);
  console.log(`${consoleText(result)}\n`);
}

const seconds = Math.round((performance.now() - began) / 1_000);
const judged = results.flatMap(judge);
const reached = judged.filter((one) => one.reached).length;
console.log(`${reached} of ${judged.length} goals reached, in ${seconds} s`);
if (write)
  writeResults(
    results,
    `One run of ${seconds} s, ${rounds} rounds, Node ${process.versions.node}, ${availableParallelism()} cores, ` +
      `${new Date().toISOString().slice(0, 10)}: ${reached} of ${judged.length} goals reached.`,
  );
