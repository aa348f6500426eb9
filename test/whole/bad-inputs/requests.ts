import type { ProblemName } from '../../../core/problems.ts';

/** A request that can be read as HTTP and says something bad, and the problem that answers it (docs/http.md). */
export interface BadRequest {
  readonly what: string;
  readonly path: string;
  readonly method?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: { readonly [name: string]: string };
  /** Instead of the first key; null: none. */
  readonly credential?: string | null;
  readonly problem: ProblemName;
}

const post =
  (path: string) =>
  (what: string, body: string, problem: ProblemName, headers: BadRequest['headers'] = {}): BadRequest => ({
    what: `${what} to ${path}`,
    path,
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    problem,
  });
const get = (what: string, path: string, problem: ProblemName): BadRequest => ({ what, path, problem });

const start = post('/executions/orders');
const starts: readonly BadRequest[] = [
  start('JSON cut short', '{"id":', 'bad-request'),
  start('JSON with a comma too many', '{"id":"a",}', 'bad-request'),
  start('NaN', '{"input":NaN}', 'bad-request'),
  start('a control character in a string', '{"id":"a\u0001"}', 'bad-request'),
  start('100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'bad-request'),
  start('an unquoted Idempotency-Key with a quote', '{}', 'bad-request', { 'idempotency-key': '"open' }),
  start('an Idempotency-Key of 256 characters', '{}', 'bad-request', { 'idempotency-key': 'k'.repeat(256) }),
  start('null', 'null', 'invalid-input'),
  start('a list', '[]', 'invalid-input'),
  start('a text', '"orders"', 'invalid-input'),
  start('a number as id', '{"id":7}', 'invalid-input'),
  start('an empty id', '{"id":""}', 'invalid-input'),
  start('an id of 81 characters', `{"id":"${'x'.repeat(81)}"}`, 'invalid-input'),
  start('a path as id', '{"id":"../../etc/passwd"}', 'invalid-input'),
  start('.. as id', '{"id":".."}', 'bad-request'),
  start('an accent in the id', '{"id":"café"}', 'invalid-input'),
  start('full-width digits as id', '{"id":"１０４２"}', 'invalid-input'),
  start('a right-to-left override in the id', '{"id":"a\u202eb"}', 'invalid-input'),
  start('a NUL in the id', '{"id":"a\\u0000b"}', 'invalid-input'),
  start('a lone surrogate as id', '{"id":"\\ud800"}', 'invalid-input'),
  start('a line break in the id', '{"id":"a\\nSet-Cookie: x"}', 'invalid-input'),
  start('__proto__', '{"__proto__":{"id":"polluted"}}', 'invalid-input'),
  start('constructor.prototype', '{"constructor":{"prototype":{"id":"polluted"}}}', 'invalid-input'),
  start('an unknown member', '{"surprise":1}', 'invalid-input'),
  start('an input of 257 KiB', JSON.stringify({ input: 'x'.repeat(257 * 1024) }), 'payload-too-large'),
  start('a body of 2 MiB', JSON.stringify({ input: 'x'.repeat(2 ** 21) }), 'payload-too-large'),
  start('a form', 'id=a', 'unsupported-media-type', { 'content-type': 'application/x-www-form-urlencoded' }),
  start('JSON called text', '{}', 'unsupported-media-type', { 'content-type': 'text/json' }),
  start('a media type that ends like JSON', '{}', 'unsupported-media-type', { 'content-type': 'application/xjson' }),
  post('/executions/none')('a start', '{}', 'not-found'),
  post('/executions/__proto__')('a start', '{}', 'not-found'),
  post('/executions/constructor')('a start', '{}', 'not-found'),
  post('/executions/orders%2fx')('a start', '{}', 'not-found'),
];

const event = post('/events');
const others: readonly BadRequest[] = [
  event('a number', '7', 'bad-request'),
  event('null', 'null', 'bad-request'),
  event('101 levels', `${'['.repeat(101)}${']'.repeat(101)}`, 'bad-request'),
  event('1,001 events', JSON.stringify(Array(1_001).fill({})), 'payload-too-large'),
  event('1.5 MiB', JSON.stringify(['x'.repeat(1_500_000)]), 'payload-too-large'),
  post('/tokens')('a life of 0 s', '{"workflow":"orders","ttlSeconds":0}', 'invalid-input'),
  post('/tokens')('a life of 1e308 s', '{"workflow":"orders","ttlSeconds":1e308}', 'invalid-input'),
  post('/tokens')('a life of 1e400 s', '{"workflow":"orders","ttlSeconds":1e400}', 'invalid-input'),
  post('/tokens')('both kinds of grant', '{"workflow":"a","executions":[{"workflow":"a","id":"b"}]}', 'invalid-input'),
  post('/tokens')(
    '21 executions',
    JSON.stringify({ executions: Array(21).fill({ workflow: 'a', id: 'b' }) }),
    'invalid-input',
  ),
  post('/tokens')(
    '20 very long names',
    JSON.stringify({
      executions: Array.from({ length: 20 }, (_, n) => ({ workflow: 'w'.repeat(80), id: `${'i'.repeat(78)}${n}` })),
    }),
    'invalid-input',
  ),
  post('/webhooks')('a script as URL', '{"url":"javascript:alert(1)"}', 'invalid-input'),
  post('/webhooks')('a URL with a password', '{"url":"https://user:secret@example.com/"}', 'invalid-input'),
  post('/webhooks')('a file URL', '{"url":"file:///etc/passwd"}', 'invalid-input'),
  post('/webhooks')('a number as URL', '{"url":2130706433}', 'invalid-input'),
  post('/webhooks')('an unknown kind', '{"url":"https://example.com/","filter":{"kinds":["x"]}}', 'invalid-input'),
  post('/webhooks')('the metadata address', '{"url":"https://169.254.169.254/latest/"}', 'private-address'),
  post('/webhooks')('a private address as a number', '{"url":"https://167772161/"}', 'private-address'),
  post('/webhooks')('a private address in octal', '{"url":"https://012.0.0.1/"}', 'private-address'),
  post('/webhooks')('a private address mapped into IPv6', '{"url":"https://[::ffff:10.0.0.1]/"}', 'private-address'),
  post('/webhooks')('the loopback of IPv6', '{"url":"https://[::1]/"}', 'private-address'),
  post('/keys')('a scope nobody knows', '{"scopes":["root"]}', 'invalid-input'),
  post('/keys')('a scope twice', '{"scopes":["read","read"]}', 'invalid-input'),
  post('/keys')('no tenant', '{"tenant":"","scopes":["read"]}', 'invalid-input'),
];

const page = '/status/orders/none/updates';
const reads: readonly BadRequest[] = [
  get('dots in escapes', '/status/orders/%2e%2e%2f%2e%2e%2fapi-key', 'not-found'),
  get('an escaped slash', '/status/orders%2fbeat', 'not-found'),
  get('a NUL in the path', '/status/orders/%00', 'not-found'),
  get('half an escape', '/status/orders/%zz', 'not-found'),
  get('bytes that are no UTF-8', '/status/orders/%ff%fe', 'not-found'),
  get('a very long id', `/status/orders/${'x'.repeat(5_000)}`, 'not-found'),
  get('__proto__ as id', '/status/orders/__proto__', 'not-found'),
  get('the data folder', '/.statuswire/api-key', 'not-found'),
  get('a limit of 0', `${page}?limit=0`, 'bad-request'),
  get('a negative limit', `${page}?limit=-1`, 'bad-request'),
  get('a limit in exponents', `${page}?limit=1e3`, 'bad-request'),
  get('a huge limit', `${page}?limit=${'9'.repeat(400)}`, 'bad-request'),
  get('a wait too long', '/status/orders/none?wait=21', 'bad-request'),
  get('a wait of words', '/status/orders/none?wait=soon', 'bad-request'),
  get('an empty cursor', `${page}?after=`, 'malformed-cursor'),
  get('a cursor with a NUL', `${page}?after=%00`, 'malformed-cursor'),
  get('a cursor of 5,000 characters', `${page}?after=${'A'.repeat(5_000)}`, 'malformed-cursor'),
  get('a cursor that says seq -1', `${page}?after=${btoa(`${'0'.repeat(26)}.-1`)}`, 'malformed-cursor'),
  get('a list cursor that is none', '/executions?after=x', 'malformed-cursor'),
  get('a status nobody knows', '/executions?status=DONE', 'bad-request'),
  { what: 'a wrong method', path: '/status/orders/x', method: 'PUT', problem: 'method-not-allowed' },
];

const unsigned = `${btoa('{"alg":"none"}')}.${btoa('{"tenant":"default","grant":{"workflow":"orders"},"exp":9999999999}')}.`;
const whoever = (what: string, credential: string | null): BadRequest => ({
  what,
  path: '/status/orders/none',
  credential,
  problem: 'unauthorized',
});
const credentials: readonly BadRequest[] = [
  whoever('no credential', null),
  whoever('a scheme alone', 'Bearer'),
  whoever('Basic', 'Basic c3c6c3c='),
  whoever('a key that does not exist', 'Bearer sw_nobody_0123456789abcdef'),
  whoever('a token signed with nothing', `Bearer ${unsigned.replaceAll('=', '')}`),
  whoever('a token of dots', 'Bearer ....'),
  whoever('3,000 characters', `Bearer ${'x'.repeat(3_000)}`),
  whoever('SQL', "Bearer sw_' OR 1=1 --_0123456789abcdef"),
];

export const badRequests: readonly BadRequest[] = [...starts, ...others, ...reads, ...credentials];
