import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Update } from '../../../core/contract.ts';
import { createGraphql, type QueryLimits } from '../../../handlers/graphql/graphql.ts';
import { headOf, logOf, now, type ReadLog, reader, schema, updateOf } from './support.ts';

const aliases = (count: number, field: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => `a${at}: ${field(at)}`).join(' ');
const page = (selection: string, args = ''): string =>
  `updates(workflow: "orders", id: "order-1"${args}) { updates { ${selection} } }`;

/** A log of so many updates, which counts how often it is asked. */
function counted(length: number, values: Partial<Update> = {}) {
  const updates = Array.from({ length }, (_, at) => updateOf({ ...values, seq: at + 1 }));
  const inner = logOf(headOf(updateOf({ ...values, seq: length })), updates);
  const asked = { loads: 0, reads: 0 };
  const log: ReadLog = {
    load: async (keys) => {
      asked.loads += 1;
      return inner.load(keys);
    },
    read: async (...args) => {
      asked.reads += 1;
      return inner.read(...args);
    },
  };
  return { log, asked };
}

const graphqlOf = (log: ReadLog, limits: Partial<QueryLimits> = {}) =>
  createGraphql({ schema, log, limits, now: () => now, report: () => 'incident' });

/** What `prepare` says: the cost, or the error's code. */
function weigh(query: string, variables: { readonly [name: string]: unknown } = {}): unknown {
  const prepared = graphqlOf(counted(1).log).prepare({ query, variables }, reader);
  if (prepared.type === 'query') return prepared.cost;
  return prepared.type === 'errors' ? prepared.errors[0]?.extensions.code : prepared.type;
}

const all = `tenant workflow id epoch seq cursor kind status done state activeStates progress { percent message } output
  outputOmitted error { name cause } redriveCount startedAt stoppedAt occurredAt recordedAt`;

describe('G8: what a query weighs', () => {
  it('lists by their limit, wherever it stands', () => {
    expect(weigh(`{ ${page('seq')} }`)).toBe(1);
    expect(weigh(`{ ${page(all)} }`)).toBe(3);
    expect(weigh(`{ ${page(all, ', limit: 1000')} }`)).toBe(25);
    const limited = `query ($l: Int) { ${page(all, ', limit: $l')} }`;
    expect([weigh(limited, { l: 1_000 }), weigh(limited, { l: 1 }), weigh(limited)]).toEqual([25, 1, 3]);
    expect(weigh(`query ($l: Int = 1000) { ${page(all, ', limit: $l')} }`)).toBe(25);
    // What is no limit is refused when it runs, and weighs no more than the largest.
    expect(weigh(limited, { l: 1e9 })).toBe(25);
  });

  it('one whole page, and the standard introspection, are allowed', async () => {
    const { log } = counted(1_000, { status: 'SUCCEEDED', done: true, output: 'x'.repeat(500) });
    const answer = await graphqlOf(log).executeQuery({ query: `{ ${page(all, ', limit: 1000')} }` }, reader);
    expect(answer.errors).toBeUndefined();
    expect(await graphqlOf(log).executeQuery({ query: getIntrospectionQuery() }, reader)).not.toHaveProperty('errors');
  });

  it.each([
    ['many pages', `{ ${aliases(80, () => page('seq status', ', limit: 1000'))} }`],
    ['pages with everything', `{ ${aliases(6, () => page(all, ', limit: 1000'))} }`],
    [
      'output under many names',
      `{ ${page(
        aliases(20, () => 'output'),
        ', limit: 1000',
      )} }`,
    ],
    [
      'a page under many names',
      `{ updates(workflow: "orders", id: "order-1", limit: 1000) { ${aliases(9, () => 'updates { output }')} } }`,
    ],
    ['fragments', `fragment F on Update { ${aliases(20, () => 'output')} } { ${page('...F', ', limit: 1000')} }`],
    [
      'introspection under many names',
      `{ ${aliases(70, () => '__schema { types { fields { args { name description } } } }')} }`,
    ],
  ])('too much is refused before anything is read: %s', async (_what, query) => {
    const { log, asked } = counted(1_000);
    const { errors } = await graphqlOf(log).executeQuery({ query }, reader);
    expect(errors?.[0]?.extensions.code).toBe('TOO_COMPLEX');
    expect(errors?.[0]?.message).toMatch(/smaller limit|fields; at most/);
    expect(asked).toEqual({ loads: 0, reads: 0 });
  });

  it('the charge comes before the query runs, and stops it', async () => {
    const { log, asked } = counted(10);
    const graphql = graphqlOf(log);
    const refuse = (cost: number): never => {
      throw new Error(`no ${cost}`);
    };
    const query = `{ ${page(all, ', limit: 1000')} }`;
    await expect(graphql.executeQuery({ query }, reader, refuse)).rejects.toThrow('no 25');
    expect(asked.loads).toBe(0);
  });
});

describe('G8: what a query reads and answers', () => {
  it('reads a page and a status once, under however many names', async () => {
    const { log, asked } = counted(50);
    const status = 'status(workflow: "orders", id: "order-1") { seq }';
    const query = `{ ${aliases(40, () => page('seq', ', limit: 50'))} s: ${status} t: ${status} }`;
    const { data, errors } = await graphqlOf(log).executeQuery({ query }, reader);
    expect(errors).toBeUndefined();
    expect([asked.loads, asked.reads]).toEqual([2, 1]);
    expect((data as { a39: { updates: readonly object[] } }).a39.updates).toHaveLength(50);
  });

  it('other arguments are another page; the next request reads again', async () => {
    const { log, asked } = counted(50);
    const graphql = graphqlOf(log);
    const query = `{ a: ${page('seq', ', limit: 5')} b: ${page('seq', ', limit: 6')} }`;
    await graphql.executeQuery({ query }, reader);
    await graphql.executeQuery({ query }, reader);
    expect(asked.reads).toBe(4);
  });

  it('what would make the answer too large is an error in its place; the rest is there', async () => {
    const { log } = counted(100, { status: 'SUCCEEDED', done: true, output: 'x'.repeat(1_000) });
    const query = `{ ${aliases(4, (at) => page('seq output', `, limit: ${100 + at}`))} }`;
    const { data, errors } = await graphqlOf(log, { answerBytes: 350_000 }).executeQuery({ query }, reader);
    expect(Object.values(data ?? {}).map((one) => one === null)).toEqual([false, false, true, true]);
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['a2'], 'TOO_COMPLEX'],
      [['a3'], 'TOO_COMPLEX'],
    ]);
    expect(errors?.[0]?.message).toContain('smaller limit');
  });

  it('long names count', async () => {
    const names = aliases(30, (at) => `seq ${'y'.repeat(200)}${at}: seq`);
    const query = `{ ${page(names, ', limit: 1000')} }`;
    const { errors } = await graphqlOf(counted(1_000).log).executeQuery({ query }, reader);
    expect(errors?.[0]?.extensions.code).toBe('TOO_COMPLEX');
  });

  it('pages of a hundred requests are made in turns of their own', async () => {
    const { log } = counted(200);
    const graphql = graphqlOf(log);
    let [done, most, before] = [0, 0, 0];
    const looked = new Promise<void>((resolve) => {
      const look = (): void => {
        most = Math.max(most, done - before);
        before = done;
        if (done < 100) setImmediate(look);
        else resolve();
      };
      setImmediate(look);
    });
    const one = async (): Promise<void> => {
      await graphql.executeQuery({ query: `{ ${page('seq', ', limit: 200')} }` }, reader);
      done += 1;
    };
    await Promise.all(Array.from({ length: 100 }, one));
    await looked;
    expect(most).toBeLessThanOrEqual(2);
  });
});
