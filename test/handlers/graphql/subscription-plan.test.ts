import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../core/access.ts';
import type { GraphqlRequest, Prepared } from '../../../handlers/graphql/graphql.ts';
import type { SubscriptionPlan } from '../../../handlers/graphql/subscription-plan.ts';
import { graphqlOf, headOf, logOf, now, reader, updateOf } from './support.ts';

const graphql = graphqlOf(logOf(headOf(null), []));
const prepare = (request: GraphqlRequest, caller: Caller = reader): Prepared => graphql.prepare(request, caller);

function plan(request: GraphqlRequest, caller: Caller = reader): SubscriptionPlan {
  const prepared = prepare(request, caller);
  if (prepared.type !== 'subscription') throw new Error(JSON.stringify(prepared));
  return prepared.plan;
}

function refusal(request: GraphqlRequest, caller: Caller = reader): string {
  const prepared = prepare(request, caller);
  return prepared.type === 'errors' ? (prepared.errors[0]?.message ?? '') : prepared.type;
}

const byVariables = 'subscription ($w: ID!, $id: ID) { statusChanged(workflow: $w, id: $id) { seq } }';
const token = (grant: Extract<Caller, { type: 'token' }>['grant']): Caller => ({
  type: 'token',
  tenant: 'default',
  grant,
  expiresAt: now + 1,
});

describe('a subscription plan', () => {
  it('takes the target from the arguments and the tenant from the caller', () => {
    const variables = { w: 'orders', id: 'order-1' };
    expect(plan({ query: byVariables, variables }).target).toEqual({
      tenant: 'default',
      workflow: 'orders',
      id: 'order-1',
    });
    expect(plan({ query: byVariables, variables: { w: 'orders', id: null } }).target.id).toBeNull();
    expect(plan({ query: byVariables, variables: { w: 'orders' } }).target.id).toBeNull();
  });

  it('renders aliases, fragments, @include, @skip and __typename as GraphQL does', () => {
    const query = `
      subscription Watch($more: Boolean!) {
        first: statusChanged(workflow: "orders") {
          __typename n: seq m: seq ...Rest
          ... on Update @include(if: $more) { state }
          done @skip(if: $more)
        }
      }
      fragment Rest on Update { progress { percent } output }`;
    const rendered = (more: boolean) =>
      JSON.parse(plan({ query, variables: { more } }).selection.render(updateOf({ seq: 7, output: { a: 1 } }), 10_000));
    const shared = { __typename: 'Update', n: 7, m: 7, progress: { percent: 50 }, output: '{"a":1}' };
    expect(rendered(true)).toEqual({ data: { first: { ...shared, state: 'CheckInventory' } } });
    expect(rendered(false)).toEqual({ data: { first: { ...shared, done: false } } });
  });

  it('has one selection per document, operation and conditions, whatever execution it names', () => {
    const key = (request: GraphqlRequest): string => plan(request).selection.key;
    const one = key({ query: byVariables, variables: { w: 'orders', id: 'a' } });
    expect(key({ query: byVariables, variables: { unused: 1, id: 'a', w: 'orders' } })).toBe(one);
    expect(plan({ query: byVariables, variables: { w: 'returns', id: 'b' } }).selection).toBe(
      plan({ query: byVariables, variables: { w: 'orders', id: 'a' } }).selection,
    );
    const conditional = 'subscription ($more: Boolean!) { statusChanged(workflow: "w") { seq done @skip(if: $more) } }';
    expect(key({ query: conditional, variables: { more: true } })).not.toBe(
      key({ query: conditional, variables: { more: false } }),
    );
    expect(key({ query: `${byVariables} `, variables: { w: 'orders', id: 'a' } })).not.toBe(one);
    const two =
      'subscription A { statusChanged(workflow: "w") { seq } } subscription B { statusChanged(workflow: "w") { id } }';
    expect(key({ query: two, operationName: 'A' })).not.toBe(key({ query: two, operationName: 'B' }));
  });

  it('S28: a token that names executions must subscribe with an id, and with one of its own', () => {
    const named = token({ type: 'executions', executions: [{ workflow: 'orders', id: 'not-there-yet' }] });
    const request = (id: string | null) => ({ query: byVariables, variables: { w: 'orders', id } });
    expect(plan(request('not-there-yet'), named).target.id).toBe('not-there-yet');
    expect(refusal(request(null), named)).toMatch(/subscribe with an id/);
    expect(refusal(request('another'), named)).toMatch(/do not allow/);
  });

  it('S28: a token of one workflow reads that workflow, a key needs the scope read', () => {
    const orders = token({ type: 'workflow', workflow: 'orders' });
    expect(plan({ query: byVariables, variables: { w: 'orders' } }, orders).target.id).toBeNull();
    expect(refusal({ query: byVariables, variables: { w: 'returns' } }, orders)).toMatch(/do not allow/);
    expect(refusal({ query: byVariables, variables: { w: 'orders' } }, { ...reader, scopes: ['start'] })).toMatch(
      /do not/,
    );
  });

  it.each([
    ['without its variable', byVariables, {}, /required type "ID!"/],
    ['to an empty name', byVariables, { w: '' }, /1 to 80 characters/],
    ['to a name no execution can have', byVariables, { w: 'w', id: 'x'.repeat(81) }, /1 to 80 characters/],
    [
      'to two fields',
      'subscription { a: statusChanged(workflow: "a") { seq } b: statusChanged(workflow: "b") { seq } }',
      {},
      /only one/,
    ],
    [
      'to a field that is skipped',
      'subscription ($s: Boolean!) { statusChanged(workflow: "a") @skip(if: $s) { seq } }',
      { s: true },
      /exactly once|\$s/,
    ],
    ['to nothing but __typename', 'subscription { __typename }', {}, /introspection/],
  ])('refuses to subscribe %s', (_, query, variables, expected) => {
    expect(refusal({ query, variables })).toMatch(expected);
  });
});
