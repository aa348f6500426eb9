// @vitest-environment jsdom
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { internalNames } from '../../client-sdk/build/internal-names.ts';

const installed = inject('installed')['@statuswire/client'];

/** The declarations that an application's compiler reads: those of the entries, and what they lead to. */
function publicDeclarations(): ReadonlyMap<string, string> {
  const { exports } = JSON.parse(readFileSync(join(installed.folder, 'package.json'), 'utf8'));
  const open = Object.values(exports).flatMap((entry) => (entry as { types?: string }).types ?? []);
  const found = new Map<string, string>();
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    const name = join(file);
    if (found.has(name)) continue;
    const text = readFileSync(join(installed.folder, name), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    found.set(name, text);
    for (const [, to = ''] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)\.js['"]/g))
      open.push(join(dirname(name), `${to}.d.ts`));
  }
  return found;
}

test('no name that the build shortens, and none that it gives, is in a public type', () => {
  const declarations = publicDeclarations();
  expect([...declarations.keys()]).toEqual(expect.arrayContaining(['client.d.ts', 'watch.d.ts', 'react/types.d.ts']));
  const taken = [...internalNames].flat().join('|');
  const property = new RegExp(`(?:^|[{;])\\s*(?:readonly )?(${taken})\\??\\s*[:(<]`, 'gm');
  const published = [...declarations].flatMap(([file, text]) =>
    [...text.matchAll(property)].map(([, name]) => `${file}: ${name}`),
  );
  expect(published).toEqual([]);
});

test('no name that the build shortens is one of the platform’s, of what the package uses', () => {
  const types = [
    ...[Document, WebSocket, Event, MessageEvent, CloseEvent, PageTransitionEvent, ReadableStream, Request],
    ...[Response, Headers, URL, AbortController, AbortSignal, Array, Map, Set, Promise, String, Number, RegExp, Error],
  ];
  const objects = [globalThis, JSON, Math, Object, Promise, ...types.map((type) => type.prototype)];
  const platform = new Set<unknown>(objects.flatMap((object) => Object.getOwnPropertyNames(object)));
  expect(platform).toContain('hidden');
  expect([...internalNames.keys()].filter((name) => platform.has(name))).toEqual([]);
  // What the platform reads of the objects that it is given.
  const given = 'pull start cancel signal method body headers cause then next value done'.split(' ');
  expect(given.filter((name) => internalNames.has(name))).toEqual([]);
});
