const text = (description: string, example: string) => ({ description, schema: { type: 'string' as const }, example });

const headers = {
  'X-Request-Id': text("The caller's own, or a new one", '5f0c6d1e9b3a7c42'),
  'RateLimit-Policy': text('Requests in so many seconds (draft-ietf-httpapi-ratelimit-headers)', '"read";q=2000;w=2'),
  RateLimit: text('Requests left, and seconds until there are more', '"read";r=1999;t=1'),
  'Retry-After': text('Seconds', '2'),
  ETag: text('"epoch.seq"', '"01JD8QZ6Y7T0M3K5N9P2R4S6V8.4"'),
  'Preference-Applied': text('Of a Prefer header that was heeded (RFC 7240)', 'wait=20'),
  Location: text('Where it is', 'https://status.example.com/status/orders/order-1042'),
  'WWW-Authenticate': text('RFC 6750', 'Bearer realm="statuswire"'),
  'Accept-Encoding': text('Where the body had a Content-Encoding: none is taken', 'identity'),
};
type HeaderName = keyof typeof headers;

/** What certain answers have besides. */
const special: { readonly [answer: string]: readonly HeaderName[] } = {
  'get /status/{workflow}/{id} 200': ['ETag', 'Retry-After', 'Preference-Applied'],
  'get /status/{workflow}/{id} 304': ['ETag', 'Retry-After', 'Preference-Applied'],
  'get /status/{workflow}/{id}/updates 200': ['Retry-After', 'Preference-Applied'],
  'get /result/{workflow}/{id} 202': ['Retry-After'],
  'post /executions/{workflow} 202': ['Location', 'Retry-After'],
  'post /executions/{workflow}/{id}/redrive 202': ['Location', 'Retry-After'],
  'post /webhooks 201': ['Location'],
  'post /keys 201': ['Location'],
};
const byStatus: { readonly [status: string]: readonly HeaderName[] } = {
  '401': ['WWW-Authenticate'],
  '403': ['WWW-Authenticate'],
  '415': ['Accept-Encoding'],
  '429': ['Retry-After'],
  '503': ['Retry-After'],
};

/** The headers of an answer; `route` is method and path. Without a caller nothing is counted, so nothing is left to tell. */
export function headersOf(route: string, status: string, isPublic: boolean) {
  const names = new Set<HeaderName>([
    'X-Request-Id',
    ...(isPublic || status === '401' ? [] : (['RateLimit-Policy', 'RateLimit'] as const)),
    ...(byStatus[status] ?? []),
    ...(special[`${route} ${status}`] ?? []),
  ]);
  return Object.fromEntries([...names].map((name) => [name, headers[name]]));
}
