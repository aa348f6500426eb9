import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleResolvers } from '../../resolvers/build/bundle.ts';

const folder = fileURLToPath(new URL('../../resolvers', import.meta.url));

/** A line of a handler that APPSYNC_JS does not take, and the rule that says so. `text`, `list`, `ctx` are at hand. */
const syntax = 'no-restricted-syntax';
const globals = 'no-restricted-globals';
const forbidden: readonly (readonly [line: string, rule: string])[] = [
  ["throw 'no';", syntax],
  ['new Object();', syntax],
  ['new Map<string, string>();', syntax],
  ['(function* () {})();', syntax],
  ["void import('./shared/caller.ts');", syntax],
  ['void import.meta.url;', syntax],
  ['String.raw`x`;', syntax],
  ['void { get one() { return 1; } };', syntax],
  ['void 1n;', syntax],
  ['void arguments;', syntax],
  ['debugger;', syntax],
  ["text.includes('a');", syntax],
  ["text.replaceAll('a', 'b');", syntax],
  ["text.replace('a', 'b');", syntax],
  ['text.padStart(2);', syntax],
  ['text.charCodeAt(0);', syntax],
  ['list.at(0);', syntax],
  ['list.includes(1);', syntax],
  ['list.keys();', syntax],
  ['list.sort((a, b) => a - b);', syntax],
  ['request.call(null, ctx);', syntax],
  ['list.toString();', syntax],
  ['Object.fromEntries([]);', syntax],
  ['Object.freeze({});', syntax],
  ["Object['freeze']({});", syntax],
  ['void Object;', syntax],
  ['Math.abs(1);', syntax],
  ['Number.isInteger(1);', syntax],
  ['Number(text);', syntax],
  ['console.warn(1);', syntax],
  ['Date.now();', globals],
  ["RegExp('a');", globals],
  ['structuredClone(list);', globals],
  ["fetch('https://example.com');", globals],
  ['setTimeout(request, 1);', globals],
  ['queueMicrotask(request);', globals],
  ["eval('1');", globals],
  ["Function('return 1');", globals],
  ['Array.isArray(list);', globals],
  ['String(1);', globals],
  ["Symbol('a');", globals],
  ['BigInt(1);', globals],
  ["parseInt('1');", globals],
  ['Reflect.ownKeys({});', globals],
  ['globalThis.x;', globals],
  ['process.exit();', globals],
  ['/a/.test(text);', '@aws-appsync/no-regex'],
  ['try { text.trim(); } finally { text.trim(); }', '@aws-appsync/no-try'],
  ['while (text) text.trim();', '@aws-appsync/no-while'],
  ['do text.trim(); while (text);', '@aws-appsync/no-while'],
  ['for (let at = 0; at < 1; at += 1) text.trim();', '@aws-appsync/no-for'],
  ['for (const one of list) { if (one) continue; }', '@aws-appsync/no-continue'],
  ['outer: for (const one of list) { if (one) break outer; }', '@aws-appsync/no-labels'],
  ['let n = 1; n++;', '@aws-appsync/no-disallowed-unary-operators'],
  ['void ~1;', '@aws-appsync/no-disallowed-unary-operators'],
  ["void ('a' in ctx);", '@aws-appsync/no-in-operator'],
  ['void (ctx instanceof Object);', '@aws-appsync/no-disallowed-binary-operators'],
  ['void class {};', syntax],
  ['class Own {}', '@aws-appsync/no-classes'],
  ['void this;', '@aws-appsync/no-this'],
  ['void (async () => 1);', '@aws-appsync/no-async'],
  ['void Promise.resolve();', globals],
  ['ctx.args = {};', '@aws-appsync/no-disallowed-re-assignment'],
  ['(function again(n: number): void { if (n) again(n - 1); })(1);', '@aws-appsync/no-recursion'],
  ['const run = (one: () => number) => one(); run(() => 1);', '@aws-appsync/no-function-passing'],
  ['void (() => () => 1);', '@aws-appsync/no-function-return'],
];
const allowed = [
  'console.log(text?.length ?? 0);',
  'const { a, ...rest } = { a: 1, b: 2 };',
  'list.filter((one) => one > 1).map((one) => one * 2).sort();',
  "Object.entries({}).length === 0 && Object.hasOwn({}, 'a');",
  "if (text === 'x') util.error('no', 'BadRequest');",
];
const head = ["import { util } from '@aws-appsync/utils';", 'export function request(ctx: any) {'];
const tail = ['}'];
const before = ['const text: string = ctx.args.text;', 'const list: number[] = ctx.args.list;'];

/** One eslint for all: it is the compiler behind it that takes time. */
const eslint = new ESLint({
  cwd: folder,
  overrideConfig: {
    files: ['*.ts'],
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['Query.fixture.ts'] } } },
  },
});

/** By line of the text: which rules it breaks. */
async function rulesOf(code: string, name: string): Promise<ReadonlyMap<number, readonly (string | null)[]>> {
  const [result] = await eslint.lintText(code, { filePath: `${folder}/${name}` });
  const byLine = Map.groupBy(result?.messages ?? [], ({ line }) => line);
  return new Map([...byLine].map(([line, messages]) => [line, messages.map(({ ruleId }) => ruleId)]));
}

describe('the linter of the resolvers', () => {
  let found: ReadonlyMap<number, readonly (string | null)[]>;
  const lines = [...head, ...before, ...forbidden.map(([line]) => line), ...allowed, ...tail];
  beforeAll(async () => {
    found = await rulesOf(lines.join('\n'), 'Query.fixture.ts');
  });

  it.each(forbidden)('reports %s', (line, rule) => {
    expect(found.get(lines.indexOf(line) + 1) ?? []).toContain(rule);
  });

  it.each(allowed)('lets %s pass', (line) => {
    expect(found.get(lines.indexOf(line) + 1)).toBeUndefined();
  });

  it('finds nothing in the resolvers, nor in what they share', async () => {
    const results = await eslint.lintFiles(['*.ts', 'shared']);
    expect(results.length).toBeGreaterThan(6);
    expect(
      results.flatMap(({ messages, filePath }) => messages.map(({ message }) => `${filePath}: ${message}`)),
    ).toEqual([]);
  });

  it('judges bundles by what is in them, wherever it came from', async () => {
    for (const { field, code } of await bundleResolvers())
      expect([field, ...(await rulesOf(code, `dist/${field}.js`))]).toEqual([field]);
    const smuggled = await rulesOf(
      'export const request = (ctx) => ctx.args.list.includes(1);',
      'dist/Query.status.js',
    );
    expect(smuggled.get(1)).toEqual([syntax]);
  });
});
