import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Safeguard } from './safeguards.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What became of a safeguard that was taken out. */
export interface Verdict {
  readonly safeguard: string;
  /** `no source`: its text is no longer there exactly once. */
  readonly outcome: 'killed' | 'SURVIVED' | 'no source' | 'no verdict';
  /** The first test that turned red. */
  readonly by: string;
}

interface Run {
  readonly passed: boolean;
  readonly failures: readonly string[];
}

/** The working tree, untracked files included, in a folder of its own; `node_modules` is shared. */
export function copyTree(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-mutations-'));
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const file of list.toString().split('\0')) {
    if (file === '' || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs test files; a run that ends without naming a failed test has failed by something else. */
export function runTests(folder: string, tests: readonly string[]): Run {
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const report = join(folder, 'report.json');
  rmSync(report, { force: true });
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--bail=1', '--reporter=json', `--outputFile=${report}`, ...tests],
    { cwd: folder, stdio: 'ignore', timeout: 300_000 },
  );
  return { passed: status === 0, failures: failuresIn(report) };
}

function failuresIn(file: string): readonly string[] {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly testResults: readonly {
        readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
      }[];
    };
    return report.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'failed')
      .map(({ fullName }) => fullName.trim());
  } catch {
    return [];
  }
}

/** Takes one safeguard out, runs its tests, and puts it back. */
export function tryWithout(folder: string, { name, tests, also, ...edit }: Safeguard): Verdict {
  const before = new Map<string, string>();
  const after = new Map<string, string>();
  for (const { file, source, without } of [edit, ...(also ? [also] : [])]) {
    const path = join(folder, file);
    const text = after.get(path) ?? readFileSync(path, 'utf8');
    if (text.split(source).length !== 2) return { safeguard: name, outcome: 'no source', by: file };
    if (!before.has(path)) before.set(path, text);
    after.set(
      path,
      text.replace(source, () => without),
    );
  }
  try {
    for (const [path, text] of after) writeFileSync(path, text);
    const { passed, failures } = runTests(folder, tests);
    if (passed) return { safeguard: name, outcome: 'SURVIVED', by: '' };
    const [first] = failures;
    return first === undefined
      ? { safeguard: name, outcome: 'no verdict', by: 'the tests did not run' }
      : { safeguard: name, outcome: 'killed', by: first };
  } finally {
    for (const [path, text] of before) writeFileSync(path, text);
  }
}
