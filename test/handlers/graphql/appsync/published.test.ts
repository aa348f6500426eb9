import { buildSchema, Kind, parse, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Update } from '../../../../core/contract.ts';
import { callerFilter } from '../../../../handlers/graphql/appsync/caller-filter.ts';
import { whyInvalid } from '../../../../handlers/graphql/appsync/filter.ts';
import { publishMutation } from '../../../../handlers/graphql/appsync/publish-mutation.ts';
import { createPublished } from '../../../../handlers/graphql/appsync/published.ts';
import { createAppsyncSubscriptions } from '../../../../handlers/graphql/appsync/subscriptions.ts';
import { graphqlOf, headOf, logOf, reader, schema, updateOf } from '../support.ts';

const graphql = graphqlOf(logOf(headOf(updateOf()), []));
const update = updateOf({ error: { name: 'Boom', cause: 'secret' }, output: { total: 42 } });
const mutation = (selection: string): string =>
  `mutation ($update: UpdateInput!) { publishStatus(update: $update) ${selection} }`;
/** What a subscriber gets when the publisher selects that; null where it is kept back. */
function delivered(published: string, query: string, variables: Record<string, unknown> = {}): unknown {
  const planned = createAppsyncSubscriptions({ graphql, mutation: published })({ query, variables }, reader);
  if (planned.type === 'errors') return planned.errors;
  const text = planned.plan.render(update, 100_000);
  return text === null ? null : JSON.parse(text);
}
const watch = (selection: string): string => `subscription { statusChanged(workflow: "orders") ${selection} }`;

describe('what the publisher selects', () => {
  it('is every field of the schema, objects’ own included', () => {
    const fieldsOf = (type: string): string[] => {
      const fields: string[] = [];
      visit(parse(publishMutation), {
        Field(node) {
          fields.push(node.name.value);
        },
      });
      const known = schema.getType(type);
      const wanted = known && 'getFields' in known ? Object.keys(known.getFields()) : [];
      expect(wanted.length).toBeGreaterThan(1);
      return wanted.filter((name) => !fields.includes(name));
    };
    expect(['Update', 'Progress', 'StatusError'].flatMap(fieldsOf)).toEqual([]);
    expect(createPublished(schema, publishMutation)(update)).toEqual(update);
  });

  it('is what a subscriber sees, and the rest is null, as on AppSync', () => {
    const thin = mutation('{ tenant workflow id seq error { name } }');
    expect(delivered(thin, watch('{ seq state progress { percent } error { name cause } output }'))).toEqual({
      data: {
        statusChanged: { seq: 1, state: null, progress: null, error: { name: 'Boom', cause: null }, output: null },
      },
    });
  });

  it('is an error for the subscriber where the type says that there is no null', () => {
    const answer = delivered(mutation('{ tenant workflow id seq }'), watch('{ seq status }'));
    expect(answer).toMatchObject({
      data: { statusChanged: null },
      errors: [{ message: expect.stringContaining('Cannot return null for non-nullable field Update.status') }],
    });
  });

  it('is what the filter looks at: without the tenant nobody gets anything', () => {
    expect(delivered(mutation('{ workflow id seq }'), watch('{ seq }'))).toBeNull();
  });

  it('counts with fragments too, and aliases are for the publisher alone', () => {
    const published = createPublished(
      schema,
      `mutation ($update: UpdateInput!) { publishStatus(update: $update) { ...part other: state } }
       fragment part on Update { seq ... on Update { error { cause } } }`,
    );
    expect(published(update)).toEqual({ seq: 1, error: { cause: 'secret' }, state: 'CheckInventory' });
  });

  it('copies lists of objects', () => {
    const lists = buildSchema('type Query { a: Int } type Mutation { m: A } type A { list: [A!] x: Int y: Int }');
    const published = createPublished(lists, 'mutation { m { list { x } } }');
    expect(published({ ...update, list: [{ x: 1, y: 2 }] } as typeof update)).toEqual({ list: [{ x: 1 }] });
  });

  it.each(['{ __typename }', 'mutation { a: __typename b: __typename }'])('is no other operation: %s', (text) => {
    expect(() => createPublished(schema, text)).toThrow(/mutation/i);
    expect(parse(text).kind).toBe(Kind.DOCUMENT);
  });
});

describe('the filter of a caller', () => {
  const named = { workflow: 'orders', id: 'order-1' };
  const executions = { type: 'executions', executions: [named] } as const;
  const token = { type: 'token', tenant: 'default', grant: executions, expiresAt: 0 } as const;
  const filtersOf = (...values: readonly (readonly [string, unknown])[]) => ({
    filterGroup: [{ filters: values.map(([fieldName, value]) => ({ fieldName, operator: 'eq', value })) }],
  });

  it('names tenant and workflow always, id as given: left out, null, or one', () => {
    const base = [
      ['tenant', 'default'],
      ['workflow', 'orders'],
    ] as const;
    expect(callerFilter(reader, { workflow: 'orders' })).toEqual(filtersOf(...base));
    expect(callerFilter(reader, { workflow: 'orders', id: null })).toEqual(filtersOf(...base, ['id', null]));
    expect(callerFilter(reader, named)).toEqual(filtersOf(...base, ['id', 'order-1']));
    expect(callerFilter(token, named)).toEqual(filtersOf(...base, ['id', 'order-1']));
  });

  it('S28: is not there for what the credentials rule out', () => {
    expect(callerFilter(token, { workflow: 'orders' })).toBeNull();
    expect(callerFilter(token, { workflow: 'orders', id: null })).toBeNull();
    expect(callerFilter(token, { workflow: 'orders', id: 'order-2' })).toBeNull();
    expect(callerFilter({ ...reader, scopes: ['start'] }, named)).toBeNull();
    expect(callerFilter({ ...token, grant: { type: 'workflow', workflow: 'x' } }, named)).toBeNull();
  });

  it('is one that AppSync takes', () => {
    const filter = callerFilter(token, named);
    expect(filter && whyInvalid(filter)).toBeNull();
  });

  it('refuses the subscription when AppSync would not take it', () => {
    const filterOf = () => ({ filterGroup: [] });
    const plan = createAppsyncSubscriptions({ graphql, filterOf });
    expect(plan({ query: watch('{ seq }') }, reader)).toEqual({
      type: 'errors',
      errors: [{ errorType: 'BadRequestException', message: expect.stringContaining('groups') }],
    });
  });

  it('G9: keeps back what another tenant, workflow or execution published, whatever reaches the subscription', () => {
    const planned = createAppsyncSubscriptions({ graphql })(
      { query: 'subscription { statusChanged(workflow: "orders", id: "order-1") { seq } }' },
      reader,
    );
    if (planned.type !== 'subscription') throw new Error('a subscription was wanted');
    const render = (published: Update) => planned.plan.render(published, 100_000);
    expect(render(updateOf())).toBe('{"data":{"statusChanged":{"seq":1}}}');
    for (const foreign of [{ tenant: 'foreign' }, { workflow: 'other' }, { id: 'order-2' }])
      expect(render(updateOf(foreign))).toBeNull();
  });
});
