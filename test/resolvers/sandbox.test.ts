import { describe, expect, it } from 'vitest';
import { createSandbox } from './support/sandbox.ts';
import { toSubscriptionFilter } from './support/subscription-filter.ts';

/** What a handler with this body returns. */
function run(body: string, context: unknown = {}, utils: object = {}): unknown {
  const code = `function request(ctx) { ${body} }\nfunction response() {}\nexport {\n  request,\n  response\n};\n`;
  return JSON.parse(createSandbox(code, utils).request(JSON.stringify(context)));
}

describe('the context that resolvers run in', () => {
  it.each(['Date', 'RegExp', 'Map', 'Set', 'Promise', 'Symbol', 'Array', 'String', 'Reflect', 'Proxy'])(
    'has no %s',
    (name) => {
      expect(run(`return typeof ${name}`)).toBe('undefined');
    },
  );

  it.each(['globalThis', 'eval', 'Function', 'fetch', 'setTimeout', 'structuredClone', 'process', 'require', 'atob'])(
    'has no %s either',
    (name) => {
      expect(run(`return typeof ${name}`)).toBe('undefined');
    },
  );

  it.each([
    '[].includes(1)',
    "''.includes('')",
    '[1].at(0)',
    "'a'.replaceAll('a', 'b')",
    'Object.fromEntries([])',
    'Object.freeze({})',
    '[].toSorted()',
    "''.padStart(2)",
    'Math.abs(1)',
    'Number.isInteger(1)',
    '(() => {}).call(null)',
    '({}).toString()',
    "({}).constructor.constructor('return 1')()",
  ])('has no %s', (expression) => {
    expect(() => run(`return ${expression}`)).toThrow(/is not a function|is not defined|Code generation/);
  });

  it('has what is documented', () => {
    const body = `
      const list = [3, 1, 2].filter((one) => one > 1).map((one) => one * 2).concat([1]);
      const { a, ...rest } = ctx.object;
      return [list.indexOf(4), Object.keys(rest), Object.hasOwn(rest, 'b'), Math.max(1, 2), rest?.c ?? null,
        'x-y'.split('-').join('+'), JSON.stringify({ a }), Number.isNaN(NaN)];
    `;
    expect(run(body, { object: { a: 1, b: 2 } })).toEqual([1, ['b'], true, 2, null, 'x+y', '{"a":1}', true]);
  });

  it('JSON.parse answers a blank string for what is no JSON', () => {
    expect(run("return [JSON.parse('{'), JSON.parse('1')]")).toEqual(['', 1]);
  });

  it('only JSON crosses its border', () => {
    expect(run('return { left: undefined, call: () => 1, list: [undefined] }')).toEqual({ list: [null] });
    expect(run('return undefined')).toBeNull();
  });

  it('refuses a bundle that imports anything else', () => {
    expect(() => createSandbox('import x from "x";\nexport { x };\n', {})).toThrow(/imports/);
  });
});

describe('util.transform.toSubscriptionFilter, by the examples of the AppSync Developer Guide', () => {
  const filter = (fieldName: string, operator: string, value: unknown) => ({ fieldName, operator, value });
  const conditions = {
    percentageUp: { lte: 50, gte: 20 },
    and: [{ title: { ne: 'Book1' } }, { downvotes: { gt: 20 } }],
    or: [{ author: { eq: 'Admin' } }, { isPublished: { eq: false } }],
  };
  const both = [filter('title', 'ne', 'Book1'), filter('downvotes', 'gt', 20)];
  const groups = (...all: readonly object[][]) => ({ filterGroup: all.map((filters) => ({ filters })) });

  it('fields and `and` hold together; conditions on one field and `or` are alternatives', () => {
    expect(toSubscriptionFilter(conditions)).toEqual(
      groups(
        [filter('percentageUp', 'lte', 50), ...both, filter('author', 'eq', 'Admin')],
        [filter('percentageUp', 'lte', 50), ...both, filter('isPublished', 'eq', false)],
        [filter('percentageUp', 'gte', 20), ...both, filter('author', 'eq', 'Admin')],
        [filter('percentageUp', 'gte', 20), ...both, filter('isPublished', 'eq', false)],
      ),
    );
  });

  it('ignored fields are left out', () => {
    expect(toSubscriptionFilter(conditions, ['percentageUp', 'author'])).toEqual(
      groups([...both, filter('isPublished', 'eq', false)]),
    );
  });

  it('one of the rules has to hold as well', () => {
    const rules = { upvotes: { gte: 250 }, author: { eq: 'Person1' } };
    const rest = [...both, filter('isPublished', 'eq', false)];
    expect(toSubscriptionFilter(conditions, ['percentageUp', 'author'], rules)).toEqual(
      groups([...rest, filter('upvotes', 'gte', 250)], [...rest, filter('author', 'eq', 'Person1')]),
    );
  });
});
