/** Bytes that are no proper HTTP request, and the status of the last answer before the connection closes. */
export interface RawBytes {
  readonly what: string;
  readonly bytes: string | Buffer;
  /** Statuses of the answers; empty: closed without one. */
  readonly answers: readonly number[];
}

const host = 'Host: localhost\r\n';
const json = 'Content-Type: application/json\r\n';
const get = (path: string, headers = host): string => `GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`;
const post = (headers: string, body: string): string =>
  `POST /tokens HTTP/1.1\r\n${host}${json}Authorization: Bearer KEY\r\n${headers}\r\n${body}`;
const raw = (what: string, bytes: string | Buffer, ...answers: readonly number[]): RawBytes => ({
  what,
  bytes,
  answers,
});

/** `KEY` stands for the first key. */
export const rawBytes: readonly RawBytes[] = [
  raw('no HTTP at all', 'HELO example.com\r\n\r\n', 400),
  raw('a TLS handshake', Buffer.from('16030100a5010000a10303', 'hex'), 400),
  raw('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400),
  raw('a version nobody knows', `GET / HTTP/7.9\r\n${host}\r\n`, 400),
  raw('a method nobody knows', `BREW /coffee HTTP/1.1\r\n${host}\r\n`, 400),
  raw('no Host', get('/healthz', ''), 400),
  raw('binary noise', Buffer.from(Array.from({ length: 2_000 }, (_, n) => (n * 37 + 11) % 256)), 400),
  raw('a header of 100 KB', get('/healthz', `${host}X-Big: ${'x'.repeat(100_000)}\r\n`), 431),
  raw(
    '5,000 headers',
    get('/healthz', `${host}${Array.from({ length: 5_000 }, (_, n) => `X-${n}: 1\r\n`).join('')}`),
    431,
  ),
  raw('a path of 100 KB', get(`/${'x'.repeat(100_000)}`), 431),
  raw('a NUL in a header', get('/healthz', `${host}X-Nul: a\0b\r\n`), 400),
  raw('a space in a header name', get('/healthz', `${host}X Space: 1\r\n`), 400),
  raw('a folded header', get('/healthz', `${host}X-Fold: a\r\n b: c\r\n`), 400),
  raw('a header without a colon', get('/healthz', `${host}nothing\r\n`), 400),
  raw('two lengths that differ', post('Content-Length: 2\r\nContent-Length: 5\r\n', '{}'), 400),
  raw('a length and chunks', post('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 400),
  raw('a length of words', post('Content-Length: two\r\n', '{}'), 400),
  raw('a negative length', post('Content-Length: -2\r\n', '{}'), 400),
  raw('a length of 30 digits', post(`Content-Length: ${'9'.repeat(30)}\r\n`, '{}'), 400),
  raw('a transfer encoding nobody knows', post('Transfer-Encoding: gzip\r\n', '{}'), 400),
  raw('a chunk of size zz', post('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'), 400),
  raw('a chunk longer than it says', post('Transfer-Encoding: chunked\r\n', '1\r\n{}{}{}\r\n0\r\n\r\n'), 400),
  raw('a request and garbage behind it', `GET /healthz HTTP/1.1\r\n${host}\r\n\u0001\u0002garbage\r\n\r\n`, 400),
  raw('a request smuggled behind a body', `${post('Content-Length: 2\r\n', '{}')}${get('/healthz')}`, 422, 200),
  raw(
    'a bad credential before the good one',
    get('/executions', `${host}Authorization: Bearer x\r\nAuthorization: Bearer KEY\r\n`),
    401,
  ),
  raw('dots in the path', get('/status/../../../etc/passwd'), 404),
  raw('dots in escapes', get('/%2e%2e/%2e%2e/api-key'), 404),
  raw('backslashes', get('/..\\..\\api-key'), 400),
  raw('two slashes', get('//evil.example/healthz'), 404),
  raw('an upgrade to what is not offered', get('/healthz', `${host}Upgrade: h2c\r\nConnection: Upgrade\r\n`), 404),
  raw('a WebSocket elsewhere', get('/status', `${host}Upgrade: websocket\r\nConnection: Upgrade\r\n`), 404),
  raw('an expectation nobody meets', post('Content-Length: 2\r\nExpect: miracles\r\nConnection: close\r\n', '{}'), 417),
  raw('a tunnel', `CONNECT example.com:443 HTTP/1.1\r\n${host}\r\n`),
];
