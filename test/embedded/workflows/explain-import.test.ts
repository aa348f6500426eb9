import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, runTool } from '../../support/run-tool.ts';

/** A task module by its path, what is wrong with it, and what is said of it. `{}` is the folder that it lies in. */
const cases: readonly (readonly [file: string, text: string, said: string])[] = [
  ['enum.ts', 'export enum A { x }', 'line 1: TypeScript enum is not supported: Node takes types out'],
  [
    'field.ts',
    '\nclass A { constructor(private x: number) {} }',
    'line 2: TypeScript parameter property is not supported',
  ],
  ['namespace.ts', 'namespace A { export const x = 1; }', 'line 1: TypeScript namespace declaration is not supported'],
  ['decorator.ts', 'const d = (x: unknown) => x;\n@d class A {}', 'line 2: Node runs no decorators'],
  ['imports-enum.ts', "import './enum.ts';", '{}/enum.ts, line 1: TypeScript enum is not supported'],
  ['short.ts', "import './helper';", 'an import needs the whole name of the file: write "./helper.ts"'],
  ['as-js.ts', "import './helper.js';", 'an import needs the whole name of the file: write "./helper.ts"'],
  ['folder.ts', "import './lib';", 'an import needs the whole name of the file: write "./lib/index.ts"'],
  ['nowhere.ts', "import './nothing.ts';", 'there is no {}/nothing.ts'],
  ['package.ts', "import 'no-such-package';", 'the package "no-such-package" is not there: install it'],
  ['alias.ts', "import '@/helper';", '"@/helper" is a path that only a bundler or tsconfig.json knows'],
  [
    'node_modules/a/tasks.ts',
    'export const A = (): number => 1;',
    'move the folder elsewhere, or compile the file to tasks.js',
  ],
  [
    'type.ts',
    "import { Helper } from './helper.ts';",
    'line 1: "./helper.ts" exports no "Helper": if it is a type, write "import type { Helper }"',
  ],
  ['json.ts', "import './some.json';", `an import of JSON ends in "with { type: 'json' }"`],
  ['require.ts', "export const A = require('node:fs');", 'it is an ES module: write import instead of require'],
  ['cjs/tasks.ts', "import 'node:fs';", 'the nearest package.json says "type": "commonjs": make it "module"'],
  ['syntax.ts', '\n\nconst a: = 1;', 'line 3: Unexpected token'],
  ['syntax.js', 'const a = ;', `Unexpected token ';'; "node --check {}/syntax.js" shows the line`],
  ['throws.ts', "throw new Error('DATABASE_URL is not set');", 'DATABASE_URL is not set'],
];

/** What they import. */
const others = {
  'package.json': '{ "type": "module" }',
  'cjs/package.json': '{ "type": "commonjs" }',
  'helper.ts': 'export const helper: number = 1;',
  'lib/index.ts': 'export const lib: number = 1;',
  'some.json': '{}',
};

/** By Node itself: vitest would compile what Node only strips. */
const program = `
  const { explainImport } = await import(${JSON.stringify(pathToFileURL(join(root, 'embedded/workflows/explain-import.ts')).href)});
  const { pathToFileURL } = await import('node:url');
  const said = {};
  for (const file of process.argv.slice(1))
    said[file] = await import(pathToFileURL(file).href).then(() => null, (error) => explainImport(error, file));
  console.log(JSON.stringify(said));`;

describe('a task module that cannot be imported', () => {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-tasks-'));
  let said: Readonly<Record<string, string | null>>;
  beforeAll(async () => {
    for (const [file, text] of [...cases, ...Object.entries(others)]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const files = cases.map(([file]) => join(folder, file));
    const { code, output } = await runTool(process.execPath, [
      '--no-warnings',
      '--input-type=module',
      '-e',
      program,
      ...files,
    ]);
    expect(code, output).toBe(0);
    said = JSON.parse(output);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(cases)('%s', (file, _, expected) => {
    expect(said[join(folder, file)]).toContain(expected.replaceAll('{}', folder));
  });

  it('is told by one sentence each, without a stack', () => {
    for (const text of Object.values(said)) expect(text).toMatch(/^[^\n]+$/);
  });
});
