import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createGraphqlHttp } from '../../../handlers/graphql/graphql-http.ts';
import { graphqlOf, headOf, logOf, reader, updateOf } from './support.ts';

const http = createGraphqlHttp(graphqlOf(logOf(headOf(updateOf()), [])));

async function post(body: unknown) {
  const { status, body: answer } = await http({ body }, reader);
  return { status, body: JSON.parse(JSON.stringify(answer)) };
}

const query = 'query A($id: ID!) { status(workflow: "orders", id: $id) { seq } } query B { __typename }';

describe('POST /graphql', () => {
  it('answers a query with variables and an operation name', async () => {
    const answer = await post({ query, variables: { id: 'order-1' }, operationName: 'A', extensions: {} });
    expect(answer).toEqual({ status: 200, body: { data: { status: { seq: 1 } } } });
  });

  it('lets the schema be introspected', async () => {
    const { body } = await post({ query: getIntrospectionQuery() });
    expect(body.data.__schema.queryType.name).toBe('Query');
  });

  it.each([
    ['no JSON object', 'text'],
    ['nothing', undefined],
    ['a batch', [{ query }]],
    ['without a query', { qeury: query }],
    ['with variables that are no object', { query, variables: [1] }],
    ['with an operation name that is no string', { query, operationName: 1 }],
  ])('answers 400 to a body that is %s', async (_, body) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].message).toMatch(/must be/);
  });

  it.each([
    ['malformed', { query: '{' }, /^Syntax Error/],
    ['invalid', { query: '{ nothing }' }, /^Cannot query field/],
    ['without a needed operation name', { query }, /operationName must say/],
    ['with an unknown operation name', { query, operationName: 'C' }, /has no operation C/],
    ['with wrong variables', { query, operationName: 'A' }, /"\$id" of required type "ID!"/],
    ['a subscription', { query: 'subscription { statusChanged(workflow: "w") { seq } }' }, /need a WebSocket/],
  ])('answers 200 with errors to a request that is %s', async (_, body, expected) => {
    const answer = await post(body);
    expect(answer.status).toBe(200);
    expect(answer.body.errors[0].message).toMatch(expected);
    expect(answer.body.data).toBeUndefined();
  });

  it('refuses publishStatus to everybody: it is the service’s own', async () => {
    const update = { ...updateOf(), output: null };
    const mutation = 'mutation ($update: UpdateInput!) { publishStatus(update: $update) { seq } }';
    const { body } = await post({ query: mutation, variables: { update } });
    expect(body).toEqual({ errors: [expect.objectContaining({ extensions: { code: 'FORBIDDEN' } })] });
  });
});
