import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildSchema, type GraphQLSchema, getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { type Checked, createDocuments, defaultDocumentLimits } from '../../../handlers/graphql/documents.ts';
import { schema } from './support.ts';

const documents = createDocuments(schema);
const status = (selection: string): string => `{ status(workflow: "w", id: "i") { ${selection} } }`;

function message(checked: Checked): string {
  return checked.type === 'errors' ? (checked.errors[0]?.message ?? '') : 'a document';
}

describe('a document', () => {
  it('is parsed and validated once as long as it is remembered', () => {
    const text = status('seq');
    expect(documents(text)).toMatchObject({ type: 'document' });
    expect(documents(text)).toBe(documents(text));
  });

  it('is forgotten, least recently used first, once too much memory is taken by estimate', () => {
    const [a, b, c] = [status('seq'), status('kind'), status('done')];
    const few = createDocuments(schema, { ...defaultDocumentLimits, cachedBytes: 20_000 });
    const first = few(a);
    const second = few(b);
    expect(few(a)).toBe(first);
    few(c);
    expect(few(a)).toBe(first);
    expect(few(b)).not.toBe(second);
  });

  it('G8: takes no more memory than the cache may have, by an estimate that is none too low', () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const fields = (n: number): string => Array.from({ length: 390 }, (_, m) => `a${n}_${m}: seq`).join(' ');
    const bounded = createDocuments(schema, { ...defaultDocumentLimits, cachedBytes: 3_000_000 });
    bounded(status(fields(0)));
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let n = 1; n <= 100; n += 1) expect(bounded(status(fields(n)))).toMatchObject({ type: 'document' });
    collect();
    // All hundred would be 33 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(3_000_000);
  });

  it('G8: that may not run is not kept, for its errors hold all of it', () => {
    const wrong = status('nothing');
    expect(documents(wrong)).toMatchObject({ type: 'errors' });
    expect(documents(wrong)).not.toBe(documents(wrong));
  });

  it('may be the whole standard introspection query', () => {
    const query = getIntrospectionQuery({
      schemaDescription: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      inputValueDeprecation: true,
    });
    expect(message(documents(query))).toBe('a document');
  });

  it('G10: that is malformed or invalid is told so', () => {
    expect(message(documents('{ status('))).toMatch(/^Syntax Error/);
    expect(message(documents('{ nothing }'))).toMatch(/^Cannot query field "nothing"/);
    expect(message(documents(''))).toMatch(/^Syntax Error/);
  });

  it.each([
    ['is too long', status(`seq ${'#'.repeat(8_192)}`), /characters; at most 8192/],
    ['has too many aliases', status(Array.from({ length: 401 }, (_, n) => `a${n}: seq`).join(' ')), /at most 400/],
    ['nests braces until the parser gives up', '{a'.repeat(4_000), /nested too deeply|Syntax Error/],
    [
      'doubles itself by fragments',
      Array.from({ length: 60 }, (_, n) => `fragment F${n} on Update { ...F${n + 1} ...F${n + 1} }`).join(' ') +
        `fragment F60 on Update { seq } ${status('...F0')}`,
      /at most 400/,
    ],
    ['has a cycle of fragments', `fragment F on Update { ...F } ${status('...F')}`, /Cannot spread fragment "F"/],
  ])('G10: that %s is refused before it costs anything', (_, text, expected) => {
    expect(message(documents(text))).toMatch(expected);
  });

  it('G10: that is too deep is refused', () => {
    const tree: GraphQLSchema = buildSchema('type Query { a: Query b: Int }');
    const nested = (depth: number): string => `${'{ a '.repeat(depth - 1)}{ b }${' }'.repeat(depth - 1)}`;
    const deep = createDocuments(tree);
    expect(message(deep(nested(16)))).toBe('a document');
    expect(message(deep(nested(17)))).toMatch(/17 fields deep; at most 16/);
  });
});
