/** Bodies of `POST /graphql` that are no GraphQL request: 400. */
export const noRequests: readonly (readonly [what: string, body: unknown])[] = [
  ['a batch', [{ query: '{ __typename }' }]],
  ['no query', {}],
  ['a query that is a number', { query: 7 }],
  ['variables that are a list', { query: '{ __typename }', variables: [] }],
  ['an operation name that is an object', { query: '{ __typename }', operationName: {} }],
];

const status = (args: string): string => `{ status(workflow: "orders", ${args}) { seq } }`;
const aliases = (count: number): string =>
  `{ status(workflow: "orders", id: "x") { ${Array.from({ length: count }, (_, n) => `a${n}:seq`).join(' ')} } }`;
const doubling = Array.from({ length: 20 }, (_, n) => `fragment f${n} on Update { ...f${n + 1} ...f${n + 1} }`).join(
  ' ',
);

/** Requests that GraphQL answers with an error: 200; `code` is `extensions.code`, null for GraphQL's own errors. */
export const badQueries: readonly (readonly [what: string, query: string, code: string | null])[] = [
  ['an unterminated string', '{ status(workflow: "orders', null],
  ['a field nobody knows', '{ secrets }', null],
  [
    'a fragment that contains itself',
    '{ status(workflow: "a", id: "b") { ...f } } fragment f on Update { ...f }',
    null,
  ],
  ['a NUL in the text', '{ \0 }', null],
  ['a missing argument', '{ status(workflow: "orders") { seq } }', null],
  ['an argument of another type', status('id: { a: 1 }'), null],
  ['a cursor that is none', '{ updates(workflow: "orders", id: "x", after: "!") { more } }', 'BAD_USER_INPUT'],
  ['a limit of 0', '{ updates(workflow: "orders", id: "x", limit: 0) { more } }', 'BAD_USER_INPUT'],
  ['a limit beyond integers', '{ updates(workflow: "orders", id: "x", limit: 99999999999) { more } }', null],
  ['a mutation', 'mutation { publishStatus(update: {}) { seq } }', null],
  ['a subscription', 'subscription { statusChanged(workflow: "orders") { seq } }', 'UNSUPPORTED'],
  ['8,193 characters', `{ __typename ${' '.repeat(8_200)} }`, 'TOO_COMPLEX'],
  ['401 fields', aliases(401), 'TOO_COMPLEX'],
  [
    'fragments that double 20 times',
    `{ status(workflow: "a", id: "b") { ...f0 } } ${doubling} fragment f20 on Update { seq }`,
    'TOO_COMPLEX',
  ],
  ['4,000 braces', '{a'.repeat(4_000), 'TOO_COMPLEX'],
  [
    'introspection 20 levels deep',
    `{ __schema { types { ${'fields { type { '.repeat(10)}name${' } }'.repeat(10)} } } }`,
    'TOO_COMPLEX',
  ],
];

/** Names that nothing can have: answered like what does not exist, null (docs/subscriptions.md, Credentials). */
export const absentIds: readonly string[] = ['', 'x'.repeat(81), '../../etc/passwd', '__proto__', '\0', '\ud800', '💥'];
