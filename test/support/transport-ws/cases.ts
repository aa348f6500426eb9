/** Where a client is when it sends what a case is about. */
export type Stage =
  /** It has said nothing. */
  | 'new'
  /** Its credentials were accepted. */
  | 'ready'
  /** And it has a subscription with the id `taken`. */
  | 'watching';

/** What comes of it: messages, then the end of the connection or, without a code, nothing more. */
export interface Outcome {
  readonly messages?: readonly object[];
  readonly closes?: { readonly code: number; readonly reason: string };
}

/**
 * One case of graphql-transport-ws, for every door that speaks it. The embedded server's outcome is the protocol's. Behind
 * API Gateway no server chooses a close code: there the code and reason are told in a message before the connection is
 * dropped with 1000 (`told`), unless the row says otherwise and why.
 */
export interface ProtocolCase {
  readonly name: string;
  readonly at: Stage;
  /** A text, or bytes of a binary message. */
  readonly send: string | Buffer;
  readonly outcome: Outcome;
  readonly gateway?: Outcome & {
    readonly why: string;
    /** Dropped without a word. */
    readonly silent?: boolean;
  };
}

const text = (message: unknown): string => JSON.stringify(message);
const query = 'subscription { statusChanged(workflow: "orders") { id seq } }';
const subscribe = (id: unknown, payload: unknown = { query }): string => text({ type: 'subscribe', id, payload });

const badRequest = { closes: { code: 4400, reason: 'Invalid message received' } };
const unauthorized = { closes: { code: 4401, reason: 'Unauthorized' } };
const wanted = 'Forbidden: connection_init needs a payload {"authorization":"Bearer <credential>"}';
const missing = { closes: { code: 4403, reason: wanted } };
const taken = { closes: { code: 4409, reason: 'Subscriber already exists' } };
const initialised = { closes: { code: 4429, reason: 'Too many initialisation requests' } };
const pong = { messages: [{ type: 'pong' }] };
const nothing = {};
const looksAlike = 'a last message of a connection that was swept a moment ago looks alike';

const malformed: readonly (readonly [name: string, send: string | Buffer])[] = [
  ['nothing', ''],
  ['no JSON', '{'],
  ['two JSON texts', '{"type":"ping"}{"type":"ping"}'],
  ['null', 'null'],
  ['a number', '7'],
  ['a text', '"ping"'],
  ['a list', '[{"type":"ping"}]'],
  ['no type', '{}'],
  ['an empty type', text({ type: '' })],
  ['a type that is a number', text({ type: 7 })],
  ['a type in capitals', text({ type: 'PING' })],
  ['a type of an older protocol', text({ type: 'start', id: '1', payload: { query } })],
  ['a type named like a member of all objects', text({ type: 'constructor' })],
  ['30,000 levels', '['.repeat(15_000) + ']'.repeat(15_000)],
  ['bytes that are no JSON, as a binary message', Buffer.from([0, 1, 2])],
  ...['connection_ack', 'next', 'error'].map(
    (type) => [`the server's own ${type}`, text({ type, id: 'taken', payload: {} })] as const,
  ),
  ['a ping with a payload that is a text', text({ type: 'ping', payload: 'x' })],
  ['a pong with a payload that is a list', text({ type: 'pong', payload: [] })],
  ['a connection_init with a payload that is a text', text({ type: 'connection_init', payload: 'good' })],
  ['a subscribe without id', text({ type: 'subscribe', payload: { query } })],
  ['a subscribe with an empty id', subscribe('')],
  ['a subscribe with an id that is a number', subscribe(1)],
  ['a subscribe with an id that is null', subscribe(null)],
  ['a subscribe without payload', text({ type: 'subscribe', id: '1' })],
  ['a subscribe with a payload that is a list', subscribe('1', [])],
  ['a subscribe without query', subscribe('1', {})],
  ['a subscribe with a query that is an object', subscribe('1', { query: {} })],
  ['a subscribe with variables that are a list', subscribe('1', { query, variables: [] })],
  ['a subscribe with an operationName that is a number', subscribe('1', { query, operationName: 7 })],
  ['a subscribe with extensions that are a text', subscribe('1', { query, extensions: 'x' })],
  ['a complete without id', text({ type: 'complete' })],
  ['a complete with an empty id', text({ type: 'complete', id: '' })],
  ['a complete with an id that is an object', text({ type: 'complete', id: {} })],
];

const stages: readonly Stage[] = ['new', 'ready', 'watching'];

export const protocolCases: readonly ProtocolCase[] = [
  ...malformed.flatMap(([name, send], index): readonly ProtocolCase[] => {
    // In every stage it is the same; three doors for each would tell nothing more.
    const at = stages[index % stages.length] ?? 'new';
    return [{ name, at, send, outcome: badRequest }];
  }),

  ...stages.flatMap((at): readonly ProtocolCase[] => [
    { name: 'ping', at, send: text({ type: 'ping' }), outcome: pong },
    { name: 'ping with a payload that is null', at, send: text({ type: 'ping', payload: null }), outcome: pong },
    {
      name: 'ping with a payload',
      at,
      send: text({ type: 'ping', payload: { a: [1, 'ü'] }, more: 1 }),
      outcome: { messages: [{ type: 'pong', payload: { a: [1, 'ü'] } }] },
    },
    { name: 'ping as a binary message', at, send: Buffer.from(text({ type: 'ping' })), outcome: pong },
    { name: 'pong that nobody asked for', at, send: text({ type: 'pong', payload: { a: 1 } }), outcome: nothing },
    { name: 'complete of an id that nobody knows', at, send: text({ type: 'complete', id: 'x' }), outcome: nothing },
    {
      name: 'complete of an id of 129 characters',
      at,
      send: text({ type: 'complete', id: 'x'.repeat(129) }),
      outcome: nothing,
    },
  ]),

  {
    name: 'complete of a subscription',
    at: 'watching',
    send: text({ type: 'complete', id: 'taken' }),
    outcome: nothing,
  },

  { name: 'init without payload', at: 'new', send: text({ type: 'connection_init' }), outcome: missing },
  {
    name: 'init with a payload of null',
    at: 'new',
    send: text({ type: 'connection_init', payload: null }),
    outcome: missing,
  },
  {
    name: 'init with an empty payload',
    at: 'new',
    send: text({ type: 'connection_init', payload: {} }),
    outcome: missing,
  },
  {
    name: 'init with an authorization that is an object',
    at: 'new',
    send: text({ type: 'connection_init', payload: { authorization: {} } }),
    outcome: missing,
  },
  {
    name: 'init with the scheme alone',
    at: 'new',
    send: text({ type: 'connection_init', payload: { Authorization: 'Bearer' } }),
    outcome: { closes: { code: 4403, reason: 'Forbidden: there is nothing after Bearer' } },
  },
  {
    name: 'init with another scheme',
    at: 'new',
    send: text({ type: 'connection_init', payload: { authorization: 'Basic Z29vZA==' } }),
    outcome: {
      closes: { code: 4403, reason: 'Forbidden: authorization must be one credential, with or without Bearer' },
    },
  },
  {
    name: 'init with a credential nobody knows',
    at: 'new',
    send: text({ type: 'connection_init', payload: { authorization: 'Bearer nobody' } }),
    outcome: { closes: { code: 4403, reason: 'Forbidden' } },
  },
  {
    name: 'a second init',
    at: 'ready',
    send: text({ type: 'connection_init' }),
    outcome: initialised,
    gateway: { ...missing, why: 'the store knows of the first, and is asked only for credentials that are good' },
  },
  {
    name: 'a second init with a credential nobody knows',
    at: 'watching',
    send: text({ type: 'connection_init', payload: { authorization: 'Bearer nobody' } }),
    outcome: initialised,
    gateway: {
      closes: { code: 4403, reason: 'Forbidden' },
      why: 'the store knows of the first, and is asked only for credentials that are good',
    },
  },

  {
    name: 'subscribe before init',
    at: 'new',
    send: subscribe('1'),
    outcome: unauthorized,
    gateway: { ...unauthorized, silent: true, why: looksAlike },
  },
  {
    name: 'subscribe before init with nonsense for a query',
    at: 'new',
    send: subscribe('1', { query: '{' }),
    outcome: unauthorized,
    gateway: { ...unauthorized, silent: true, why: looksAlike },
  },
  { name: 'subscribe', at: 'ready', send: subscribe('1'), outcome: nothing },
  {
    name: 'subscribe with an id like a member of all objects',
    at: 'ready',
    send: subscribe('__proto__'),
    outcome: nothing,
  },
  {
    name: 'subscribe with nulls for what may be left out',
    at: 'ready',
    send: subscribe('1', { query, variables: null, operationName: null, extensions: null }),
    outcome: nothing,
  },
  { name: 'subscribe with an id in use', at: 'watching', send: subscribe('taken'), outcome: taken },
  {
    name: 'a query with an id in use',
    at: 'watching',
    send: subscribe('taken', { query: '{ __typename }' }),
    outcome: taken,
    gateway: {
      messages: [
        { id: 'taken', type: 'next', payload: { data: { __typename: 'Query' } } },
        { id: 'taken', type: 'complete' },
      ],
      why: 'only what lasts is stored: a query is answered without asking the store for its id',
    },
  },
  {
    name: 'subscribe with an id of 129 characters',
    at: 'ready',
    send: subscribe('x'.repeat(129)),
    outcome: {
      messages: [
        {
          id: 'x'.repeat(129),
          type: 'error',
          payload: [{ message: 'The operation id may have 128 characters.', extensions: { code: 'BAD_USER_INPUT' } }],
        },
      ],
    },
  },
  {
    name: 'a mutation',
    at: 'watching',
    send: subscribe('1', { query: 'mutation ($u: UpdateInput!) { publishStatus(update: $u) { seq } }' }),
    outcome: {
      messages: [
        {
          id: '1',
          type: 'error',
          payload: [{ message: 'Mutations belong to the service itself.', extensions: { code: 'FORBIDDEN' } }],
        },
      ],
    },
  },
  {
    name: 'a query',
    at: 'ready',
    send: subscribe('q', { query: '{ __typename }' }),
    outcome: {
      messages: [
        { id: 'q', type: 'next', payload: { data: { __typename: 'Query' } } },
        { id: 'q', type: 'complete' },
      ],
    },
  },
];

/** How an outcome reads behind API Gateway. */
export function behindGateway({ outcome, gateway }: ProtocolCase): Required<Pick<Outcome, 'messages'>> & Outcome {
  const { messages = [], closes } = gateway ?? outcome;
  if (!closes) return { messages };
  const code = closes.code === 4403 ? 'FORBIDDEN' : 'BAD_REQUEST';
  const error = { message: closes.reason, extensions: { closeCode: closes.code, code } };
  const told = gateway?.silent ? [] : [{ type: 'connection_error', payload: { errors: [error] } }];
  return { messages: [...messages, ...told], closes: { code: 1000, reason: '' } };
}
