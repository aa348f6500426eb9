import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DefinitionFacts } from '../../../embedded/workflow-types/read-definition.ts';
import { renderTypes, typeName } from '../../../embedded/workflow-types/render.ts';
import { bin, root, runTool } from '../../support/run-tool.ts';

const facts = (names: readonly string[]): DefinitionFacts => ({
  comment: names.at(0) ?? null,
  states: names.map((name, index) => ({ name, comment: name, next: names.slice(index + 1, index + 9) })),
  terminal: names,
  errors: names,
});

/** As unkind as names get: quotes, escapes, ends of comments, line ends of all kinds, half surrogates, template marks. */
const unkind = [
  ...["it's", '"quoted"', `both ' and "`, 'back\\slash', '*/ export const x = 1; /*', 'two\nlines', '\u2028', '\ud800'],
  ...[
    '$'.concat('{x}'),
    '`',
    '__proto__',
    'constructor',
    '1',
    '1e3',
    '-1',
    'Größe',
    '名前',
    '😀',
    '\u0000',
    '\u0085',
    '\ufeff',
    '</script>',
  ],
  ...['a-b', 'a.b', 'ok$', '_x', 'class', 'x'.repeat(130), '\\u0041', "\\'", '@deprecated', '  spaces  ', '\r\n', '\t'],
];

const sources: readonly string[] = [
  renderTypes([{ workflow: 'shop', facts: facts(unkind) }]),
  ...fc
    .sample(
      fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }), { minLength: 1, maxLength: 30 }),
      {
        ...{ numRuns: 12, seed: 5 },
      },
    )
    .map((names) => renderTypes([{ workflow: '3-odd_names', facts: facts(names) }])),
];

it('any name compiles strictly to exactly itself, and the file holds nothing but types', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-types-'));
  try {
    sources.forEach((source, index) => {
      writeFileSync(join(folder, `${index}.ts`), source);
    });
    const check = `import type { ShopWorkflow } from './0.ts';
      type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
      type Names = ${unkind.map((name) => JSON.stringify(name)).join(' | ')};
      export const same: Same<keyof ShopWorkflow['states'] & string, Names> = true;
      export const end: Same<ShopWorkflow['terminal'], Names> = true;`;
    writeFileSync(join(folder, 'check.ts'), check);
    const strict = { strict: true, isolatedModules: true, erasableSyntaxOnly: true, noEmit: true };
    const options = { ...strict, module: 'nodenext', allowImportingTsExtensions: true, types: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
    expect(await runTool(bin('tsc'), ['-p', folder])).toEqual({ code: 0, output: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
  for (const source of sources) expect(transformSync(source, { loader: 'ts' }).code).toBe('');
});

it('the file is formatted as Biome would, so that no formatter changes what is made', async () => {
  for (const source of sources.slice(0, 4)) {
    const formatted = await runTool(
      bin('biome'),
      ['format', '--stdin-file-path=x.ts', '--vcs-enabled=false', '--config-path', root],
      {
        stdin: source,
      },
    );
    expect(formatted).toEqual({ code: 0, output: source });
  }
});

it('a workflow’s name becomes a type’s', () => {
  const names = ['orders', 'order-flow', 'order_flow2', '3d-print', '--'];
  expect(names.map(typeName)).toEqual([
    ...['OrdersWorkflow', 'OrderFlowWorkflow', 'OrderFlow2Workflow', '_3dPrintWorkflow', 'Workflow'],
  ]);
});
