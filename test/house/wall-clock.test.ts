import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/run-tool.ts';

/** Commands of their own: their load, limits and deadlines are what they measure; `npm test` does not run them. */
const commands = /^test\/(aws\/dynamodb|aws\/bundles|browser|cloud|faults|hostile|infra|mutations|package)\//;
/** Played short by `npm test` as well: what they wait for ends by `hangMs`, and how long the load lasts is no verdict. */
const loads = /^test\/(crash|soak)\//;

interface Rule {
  readonly what: string;
  readonly instead: string;
  readonly pattern: RegExp;
  /** Files that may, with the reason. */
  readonly except?: Readonly<Record<string, string>>;
}

const rules: readonly Rule[] = [
  {
    what: 'reads a stopwatch',
    instead: 'wait for the event, count something, or pass a clock of your own',
    pattern: /performance\s*\.\s*now|hrtime/,
    except: { 'test/support/eventually.ts': 'ends what hangs' },
  },
  {
    what: 'compares with the time of the day',
    instead: 'pass a clock of your own',
    pattern: /Date\.now\(\)\s*(-\s*\w*(began|begun|start|since|before)\w*\b|[<>])|expect\(Date\.now\(\)/i,
  },
  {
    what: 'has a time limit of its own',
    instead: 'vitest.config.ts ends what hangs',
    pattern: /^\}, [\d_]+\);|\btimeout: [\d_]+|\btestTimeout|\bhookTimeout|AbortSignal\.timeout/m,
  },
  {
    what: 'waits with a deadline',
    instead: 'eventually() of test/support/eventually.ts',
    pattern: /\bvi\.waitFor|\bvi\.waitUntil|expect\s*\.poll\(/,
  },
  {
    what: 'sleeps',
    instead: 'wait for the event',
    pattern: /timers\/promises|await new Promise\(\(\w+\) => setTimeout\(\w+, [1-9]/,
    except: {
      'test/support/eventually.ts': 'between two looks',
      'test/support/leftovers.ts': 'between two looks, after all tests',
      'test/whole/bad-inputs/heart-beat.ts': 'the pace of a load',
    },
  },
  {
    what: 'starts a process that may outlive it',
    instead: 'startChild() or runChild() of test/support/child.ts',
    pattern: /\b(spawn|fork|execFile|exec)\(|promisify\(execFile\)/,
    except: {
      'test/support/child.ts': 'ties it to this one',
      'test/support/run-tool.ts': 'tools that end by themselves',
      'test/support/small-disk.ts': 'a shell that ends with its standard input',
    },
  },
];

const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', 'test'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !commands.test(file))
  .filter((file) => file !== 'test/house/wall-clock.test.ts');
const sources = new Map(
  files.map((file) => [file, readFileSync(join(root, file), 'utf8').replace(/\.exec\(/g, '.match(')]),
);

const breaches = ({ pattern, except = {} }: Rule, checked = sources): readonly string[] =>
  [...checked]
    .filter(([file]) => !(file in except) && !(loads.test(file) && !/child_process/.test(String(pattern))))
    .filter(([, source]) => pattern.test(source))
    .map(([file]) => file);

describe('no test of `npm test` judges by the wall clock, and none leaves a process', () => {
  it.each(rules)('none $what: $instead', (rule) => {
    expect(breaches(rule)).toEqual([]);
  });

  it('what may is still there, and needs it', () => {
    for (const { pattern, except = {} } of rules)
      for (const file of Object.keys(except)) expect(sources.get(file), file).toMatch(pattern);
  });

  it.each<[string, string]>([
    ['reads a stopwatch', 'const begun = performance.now();'],
    ['compares with the time of the day', 'expect(Date.now() - began).toBeLessThan(5)'],
    ['compares with the time of the day', 'while (Date.now() < until) look();'],
    ['has a time limit of its own', "it('a', async () => {\n}, 30_000);"],
    ['has a time limit of its own', "it('a', { timeout: 5_000 }, run)"],
    ['has a time limit of its own', 'signal: AbortSignal.timeout(50)'],
    ['waits with a deadline', 'await vi.waitFor(() => expect(a).toBe(1))'],
    ['waits with a deadline', 'await expect.poll(() => a).toBe(1)'],
    ['sleeps', "import { setTimeout as delay } from 'node:timers/promises';"],
    ['sleeps', 'await new Promise((resolve) => setTimeout(resolve, 20));'],
    ['starts a process that may outlive it', 'spawn(process.execPath, [main])'],
    ['starts a process that may outlive it', 'await promisify(execFile)(process.execPath, [main])'],
  ])('a test that %s is found: %s', (name, source) => {
    const rule = rules.find(({ what }) => what === name);
    expect(rule && breaches(rule, new Map([['test/a.test.ts', source]]))).toEqual(['test/a.test.ts']);
  });
});
