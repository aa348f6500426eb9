import { statusChange } from '../../../support/aws-shapes.ts';

/** What one side has said so far, for requests that build on it. */
export interface Said {
  readonly key: string;
  /** By the name of the step. */
  readonly bodies: ReadonlyMap<string, Record<string, unknown>>;
  readonly etag: string;
}

export interface Step {
  readonly name: string;
  readonly method?: string;
  readonly path: string | ((said: Said) => string);
  readonly headers?: (said: Said) => Record<string, string>;
  /** null: none. @default the first key */
  readonly credential?: string | null | ((said: Said) => string);
  readonly body?: unknown;
}

/** Two minutes ago, in whole seconds: the pace of `Retry-After` is the same for both sides. */
const begun = Math.floor(Date.now() / 1_000) * 1_000 - 120_000;
const event = (id: string, status: string) => statusChange({ workflow: 'billing', id, status, startDate: begun });
const text = (said: Said, step: string, member: string): string => String(said.bodies.get(step)?.[member]);

const order = { id: 'order-1042', input: { orderId: 'o-1042' } };
const query = '{ status(workflow: "billing", id: "i-1") { status state seq } }';

/** One conversation, told to the embedded server and to the Lambda. */
export const conversation: readonly Step[] = [
  { name: 'health', path: '/healthz', credential: null },
  { name: 'events', path: '/events', body: [event('i-1', 'RUNNING'), event('i-2', 'RUNNING'), { no: 'event' }] },
  { name: 'the end', path: '/events', body: event('i-2', 'SUCCEEDED') },
  { name: 'a failure', path: '/events', body: [event('i-3', 'RUNNING'), event('i-3', 'FAILED')] },
  { name: 'events, unreadable', path: '/events', body: '{"detail":' },
  { name: 'events by a tenant', path: '/events', credential: ({ bodies }) => String(bodies.get('key')?.key), body: [] },
  { name: 'status', path: '/status/billing/i-1' },
  { name: 'status, unchanged', path: '/status/billing/i-1', headers: ({ etag }) => ({ 'If-None-Match': etag }) },
  { name: 'status by HEAD', method: 'HEAD', path: '/status/billing/i-1' },
  { name: 'status, done', path: '/status/billing/i-2' },
  { name: 'status of nothing', path: '/status/billing/nothing' },
  { name: 'status without a key', path: '/status/billing/i-1', credential: null },
  { name: 'status by a wrong key', path: '/status/billing/i-1', credential: 'sw_none_0123456789abcdef' },
  { name: 'status, escaped', path: '/status/b%20lling/%C3%A4%3Fwait=1' },
  { name: 'updates', path: '/status/billing/i-2/updates' },
  { name: 'updates by page', path: '/status/billing/i-2/updates?limit=1' },
  {
    name: 'updates after it',
    path: (said) => `/status/billing/i-2/updates?after=${text(said, 'updates by page', 'next')}`,
  },
  { name: 'updates, malformed cursor', path: '/status/billing/i-2/updates?after=%20%26' },
  { name: 'updates, wrong limit', path: '/status/billing/i-2/updates?limit=0' },
  { name: 'result', path: '/result/billing/i-2' },
  { name: 'result, running', path: '/result/billing/i-1' },
  { name: 'result, failed', path: '/result/billing/i-3' },
  { name: 'list', path: '/executions?workflow=billing&status=SUCCEEDED' },
  { name: 'list, wrong cursor', path: '/executions?after=nonsense' },
  { name: 'start', path: '/executions/orders', body: order, headers: () => ({ 'Idempotency-Key': '"k-1"' }) },
  { name: 'start, repeated', path: '/executions/orders', body: order, headers: () => ({ 'Idempotency-Key': 'k-1' }) },
  { name: 'start, other body', path: '/executions/orders', body: {}, headers: () => ({ 'Idempotency-Key': 'k-1' }) },
  { name: 'start, taken', path: '/executions/orders', body: order },
  { name: 'start of nothing', path: '/executions/nothing', body: order },
  { name: 'start, wrong id', path: '/executions/orders', body: { id: 'a b' } },
  {
    name: 'start, no JSON',
    path: '/executions/orders',
    body: 'hello',
    headers: () => ({ 'Content-Type': 'text/plain' }),
  },
  { name: 'start, too large', path: '/executions/orders', body: { input: 'x'.repeat(600_000) } },
  { name: 'token', path: '/tokens', body: { executions: [{ workflow: 'billing', id: 'i-1' }] } },
  { name: 'status by token', path: '/status/billing/i-1', credential: (said) => text(said, 'token', 'token') },
  { name: 'another by token', path: '/status/billing/i-2', credential: (said) => text(said, 'token', 'token') },
  { name: 'key', path: '/keys', body: { scopes: ['read'], tenant: 'acme', label: 'of acme' } },
  { name: 'status by another tenant', path: '/status/billing/i-1', credential: (said) => text(said, 'key', 'key') },
  {
    name: 'start without the scope',
    path: '/executions/orders',
    body: {},
    credential: (said) => text(said, 'key', 'key'),
  },
  { name: 'keys', path: '/keys' },
  { name: 'key, revoked', method: 'DELETE', path: (said) => `/keys/${text(said, 'key', 'id')}` },
  { name: 'status by a revoked key', path: '/status/billing/i-1', credential: (said) => text(said, 'key', 'key') },
  { name: 'webhook', path: '/webhooks', body: { url: 'http://127.0.0.1:9/hook', filter: { workflows: ['none'] } } },
  { name: 'webhook, private', path: '/webhooks', body: { url: 'https://10.0.0.1/hook' } },
  { name: 'webhooks', path: '/webhooks' },
  { name: 'webhook, removed', method: 'DELETE', path: (said) => `/webhooks/${text(said, 'webhook', 'id')}` },
  { name: 'graphql', path: '/graphql', body: { query } },
  { name: 'graphql, wrong', path: '/graphql', body: { query: '{ nonsense }' } },
  { name: 'graphql, no request', path: '/graphql', body: [] },
  { name: 'graphql without a key', path: '/graphql', credential: null, body: { query } },
  { name: 'dead letters', path: '/dead-letters' },
  { name: 'forget', method: 'DELETE', path: '/executions/billing/i-2' },
  { name: 'forget, running', method: 'DELETE', path: '/executions/billing/i-1' },
  { name: 'status of the forgotten', path: '/status/billing/i-2' },
  { name: 'redrive', method: 'POST', path: '/executions/billing/i-3/redrive' },
  { name: 'no route', path: '/nowhere' },
  { name: 'no such method', method: 'PUT', path: '/status/billing/i-1' },
  { name: 'escape of the path', path: '/status/../keys' },
];
