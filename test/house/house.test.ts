import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.(ts|tsx|js)$/.test(file));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const linesOf = (file: string): number => read(file).split('\n').length - 1;

describe('the house stays readable', () => {
  it('no file has more than 400 lines', () => {
    expect(files.filter((file) => linesOf(file) > 400)).toEqual([]);
  });

  it('the median file has fewer than 140 lines', () => {
    const lengths = files.map(linesOf).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(140);
  });

  it('no SQL numbers its parameters: Node 22 binds a value only to ? and to a name', () => {
    const numbered = files.filter((file) => file.startsWith('embedded/') && /[\s(=,]\?[1-9]/.test(read(file)));
    expect(numbered).toEqual([]);
  });

  it.each([
    ['core/probe.ts', "import '../handlers/fanout/fanout.ts';\n"],
    ['core/probe.ts', "import 'node:fs';\n"],
    ['handlers/probe.ts', "import '../embedded/store/index.ts';\n"],
    ['client-sdk/src/probe.ts', "import '../../core/reduce.ts';\n"],
  ])('the linter refuses in %s: %s', (file, source) => {
    const folder = mkdtempSync(join(tmpdir(), 'statuswire-lint-'));
    try {
      const { vcs: _, ...config } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
      writeFileSync(join(folder, 'biome.json'), JSON.stringify(config));
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), source);
      const lint = spawnSync(join(root, 'node_modules/.bin/biome'), ['lint', '--colors=off'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(lint.stderr).toContain('noRestrictedImports');
      expect(lint.status).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
