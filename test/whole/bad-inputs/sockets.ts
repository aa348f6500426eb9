/** What a client says on the WebSocket, and the code that the server closes with (docs/subscriptions.md). */
export interface BadMessages {
  readonly what: string;
  /** Sends `connection_init` with the first key before all else, and waits for its answer. */
  readonly admitted: boolean;
  /** Texts are text frames, buffers the frames' own bytes: written to the socket as they are. */
  readonly messages: readonly (string | Buffer)[];
  readonly code: number;
}

const message = (type: string, more: object = {}): string => JSON.stringify({ type, ...more });
const query = 'subscription { statusChanged(workflow: "orders") { seq } }';
const subscribe = (more: object): string => message('subscribe', { id: '1', payload: { query }, ...more });

/** A client's frame with a mask of zeros (RFC 6455 §5.2). @param first FIN, RSV and opcode */
export function frame(first: number, payload: Buffer | string, masked = true): Buffer {
  const body = Buffer.from(payload);
  const header = body.length < 126 ? [body.length] : [126, body.length >> 8, body.length & 255];
  header[0] = (header[0] ?? 0) | (masked ? 0x80 : 0);
  return Buffer.concat([Buffer.from([first, ...header]), Buffer.alloc(masked ? 4 : 0), body]);
}

const before = (what: string, code: number, ...messages: readonly (string | Buffer)[]): BadMessages => ({
  what: `${what}, before connection_init`,
  admitted: false,
  messages,
  code,
});
const after = (what: string, code: number, ...messages: readonly (string | Buffer)[]): BadMessages => ({
  what,
  admitted: true,
  messages,
  code,
});
const init = (payload: unknown): string => message('connection_init', { payload });

export const badMessages: readonly BadMessages[] = [
  before('a subscription', 4401, subscribe({})),
  before('an empty connection_init', 4403, message('connection_init')),
  before('a credential that is a number', 4403, init({ authorization: 7 })),
  before('a credential nobody has', 4403, init({ authorization: 'Bearer sw_nobody_0123456789abcdef' })),
  before('a credential of 60,000 characters', 4403, init({ authorization: 'x'.repeat(60_000) })),
  before('a credential in __proto__', 4403, '{"type":"connection_init","payload":{"__proto__":{"authorization":"x"}}}'),
  before('a payload that is a text', 4400, init('secret')),
  before('silence', 4408),
  after('a second connection_init', 4429, message('connection_init')),
  after('an empty message', 4400, ''),
  after('JSON cut short', 4400, '{"type":'),
  after('null', 4400, 'null'),
  after('a list', 4400, '[]'),
  after('a type nobody knows', 4400, message('start', { id: '1' })),
  after('a type that is a method of objects', 4400, message('constructor')),
  after('a message only servers send', 4400, message('connection_ack')),
  after('next', 4400, message('next', { id: '1', payload: {} })),
  after('a subscription without id', 4400, message('subscribe', { payload: { query } })),
  after('an id that is a number', 4400, subscribe({ id: 1 })),
  after('an empty id', 4400, subscribe({ id: '' })),
  after('a subscription without payload', 4400, message('subscribe', { id: '1' })),
  after('a query that is a number', 4400, subscribe({ payload: { query: 7 } })),
  after('variables that are a text', 4400, subscribe({ payload: { query, variables: 'x' } })),
  after('an id in use', 4409, subscribe({}), subscribe({})),
  after('30,000 levels of JSON', 4400, `${'['.repeat(30_000)}${']'.repeat(30_000)}`),
  after('a message of 64 KiB and more', 1009, message('ping', { payload: { x: 'x'.repeat(65_536) } })),
  after('500 pings at once', 4429, ...Array<string>(500).fill(message('ping'))),
  after('binary noise', 4400, frame(0x82, Buffer.from([0, 255, 128, 7]))),
  after('text that is no UTF-8', 1007, frame(0x81, Buffer.from([0xff, 0xfe, 0x80]))),
  after('half a surrogate pair', 1007, frame(0x81, Buffer.from([0xed, 0xa0, 0x80]))),
  after('a frame without mask', 1002, frame(0x81, '{}', false)),
  after('a reserved bit', 1002, frame(0xc1, '{}')),
  after('an opcode nobody knows', 1002, frame(0x83, '{}')),
  after('a continuation of nothing', 1002, frame(0x80, '{}')),
  after('a ping in fragments', 1002, frame(0x09, 'x')),
  after('a ping of 200 bytes', 1002, frame(0x89, 'x'.repeat(200))),
  after('a close code nobody may send', 1002, frame(0x88, Buffer.from([0x03, 0xed]))),
];

/** Out of order, and allowed: graphql-transport-ws ignores it or answers it, and the connection goes on. */
export const oddOrders: readonly Omit<BadMessages, 'code'>[] = [
  {
    what: 'a ping before connection_init',
    admitted: false,
    messages: [message('ping'), init({ authorization: 'KEY' })],
  },
  { what: 'a pong that nobody asked for', admitted: true, messages: [message('pong'), message('pong')] },
  { what: 'the end of what was never begun', admitted: true, messages: [message('complete', { id: 'never' })] },
  {
    what: 'an end twice, and the id again',
    admitted: true,
    messages: [subscribe({}), message('complete', { id: '1' }), message('complete', { id: '1' }), subscribe({})],
  },
];
