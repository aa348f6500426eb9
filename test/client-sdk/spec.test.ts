import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const sdk = fileURLToPath(new URL('../../client-sdk', import.meta.url));
const spec = readFileSync(`${sdk}/SPEC.md`, 'utf8');
const rowsOf = (text = ''): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.split(' | ').map((part) => part.replace(/^\| | \|$/g, '')));
const sections = new Map(spec.split(/^## /m).map((text) => [text.split('\n')[0], rowsOf(text)]));
const invariants = sections.get('Invariants') ?? [];
const complaints = sections.get('What clients are blamed for') ?? [];
const tests = globSync('*.test.ts', { cwd: import.meta.dirname })
  .filter((file) => file !== 'spec.test.ts')
  .map((file) => readFileSync(`${import.meta.dirname}/${file}`, 'utf8'))
  .join('\n');
const isTest = (name = '?') => [`('${name}'`, `("${name}"`].some((start) => tests.includes(start));

test('the invariants are numbered without a gap', () => {
  expect(invariants.length).toBeGreaterThan(20);
  expect(invariants.map(([number]) => number)).toEqual(invariants.map((_, index) => `I${index + 1}`));
});

test.each(invariants.map(([number, , where, held]) => [number, where, held]))(
  '%s is enforced in %s and held by: %s',
  (_, where, held) => {
    expect(existsSync(`${sdk}/src/${where?.replaceAll('`', '')}`)).toBe(true);
    expect(isTest(held)).toBe(true);
  },
);

test.each(complaints)('%s: %s', (_, held) => {
  expect(isTest(held)).toBe(true);
});

test('the tables are read as they are written', () => {
  expect(complaints).toHaveLength(22);
  expect(isTest('a test that does not exist')).toBe(false);
});
