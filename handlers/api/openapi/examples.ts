import type { Json, Update } from '../../../core/contract.ts';

const update = {
  tenant: 'default',
  workflow: 'orders',
  id: 'order-1042',
  epoch: '01JD8QZ6Y7T0M3K5N9P2R4S6V8',
  seq: 4,
  cursor: 'MDFKRDhRWjZZN1QwTTNLNU45UDJSNFM2VjguNA',
  kind: 'state',
  status: 'RUNNING',
  done: false,
  state: 'CheckInventory',
  activeStates: ['CheckInventory'],
  progress: { percent: 50, message: 'Packing' },
  output: null,
  outputOmitted: false,
  error: null,
  redriveCount: 0,
  startedAt: '2026-01-01T12:00:00.000Z',
  stoppedAt: null,
  occurredAt: '2026-01-01T12:00:04.123Z',
  recordedAt: '2026-01-01T12:00:04.301Z',
} as const satisfies Update & { readonly [member: string]: Json };

const execution = { workflow: 'orders', id: 'order-1042' };
const letter = {
  id: '01JD8R0A1B2C3D4E5F6G7H8J9K',
  at: '2026-01-01T12:00:05.000Z',
  reason: 'not an event of Step Functions',
  source: 'events',
  execution: null,
  body: '{"hello":1}',
  cut: false,
};
const key = {
  id: 'k7Xw2p',
  tenant: 'acme',
  scopes: ['read', 'start', 'tokens'],
  label: 'shop backend',
  createdAt: '2026-01-01T12:00:00.000Z',
};
const filter = { workflows: ['orders'], kinds: ['status'], statuses: ['SUCCEEDED', 'FAILED'] };
const webhook = { url: 'https://example.com/hooks/statuswire', filter, description: 'order mails' };
const endpoint = { id: 'ep_01JD8R0A1B2C3D4E5F6G7H8J9K', ...webhook, createdAt: '2026-01-01T12:00:00.000Z' };
const query = '{ status(workflow: "orders", id: "order-1042") { seq status } }';
const url = 'https://status.example.com';

interface RouteExamples {
  readonly request?: Json;
  readonly answers: { readonly [status: string]: Json };
}

/** One example of each JSON body, by method and path; a test holds them to the schemas. */
export const examples: { readonly [route: string]: RouteExamples } = {
  'get /.well-known/statuswire': {
    answers: {
      '200': {
        version: 1,
        channels: [
          { channel: 'subscription', protocol: 'graphql-transport-ws', url: 'wss://status.example.com/graphql' },
          { channel: 'subscription', protocol: 'appsync', url: `${url}/graphql` },
          { channel: 'polling', protocol: 'http', url, maxWaitSeconds: 20 },
          { channel: 'webhook', protocol: 'standard-webhooks', url: `${url}/webhooks` },
        ],
      },
    },
  },
  'get /healthz': { answers: { '200': { status: 'ok' } } },
  'get /readyz': { answers: { '200': { status: 'ready' } } },
  'get /openapi.json': { answers: { '200': { openapi: '3.1.0' } } },
  'get /status/{workflow}/{id}': { answers: { '200': update } },
  'get /status/{workflow}/{id}/updates': {
    answers: { '200': { updates: [update], next: update.cursor, more: false } },
  },
  'get /result/{workflow}/{id}': { answers: { '200': { output: { total: 42 } }, '202': { status: 'RUNNING' } } },
  'post /executions/{workflow}': {
    request: { id: 'order-1042', input: { orderId: 'o-1042', total: 42 } },
    answers: {
      '202': {
        ...execution,
        token: 'eyJhbGciOiJIUzI1NiJ9…',
        statusUrl: `${url}/status/orders/order-1042`,
        resultUrl: `${url}/result/orders/order-1042`,
      },
    },
  },
  'get /executions': { answers: { '200': { executions: [update], next: null } } },
  'post /executions/{workflow}/{id}/redrive': {
    answers: { '202': { ...execution, redriveCount: 1, redrivenAt: '2026-01-01T13:00:00.000Z' } },
  },
  'post /tokens': {
    request: { executions: [execution], ttlSeconds: 3_600 },
    answers: { '200': { token: 'eyJhbGciOiJIUzI1NiJ9…', expiresAt: '2026-01-01T13:00:00.000Z' } },
  },
  'post /events': {
    request: {
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      detail: { executionArn: 'arn:aws:states:eu-west-1:123456789012:execution:orders:order-1042', status: 'RUNNING' },
    },
    answers: { '200': { accepted: 1, rejected: [{ index: 1, reason: 'not an event of Step Functions' }] } },
  },
  'post /graphql': {
    request: { query },
    answers: {
      '200': { data: { status: { seq: 4, status: 'RUNNING' } } },
      '400': { errors: [{ message: 'query must be a string.' }] },
    },
  },
  'post /webhooks': {
    request: webhook,
    answers: { '201': { ...endpoint, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } },
  },
  'get /webhooks': { answers: { '200': { webhooks: [endpoint] } } },
  'get /webhooks/{id}': { answers: { '200': endpoint } },
  'post /keys': {
    request: { tenant: 'acme', scopes: ['read', 'start', 'tokens'], label: 'shop backend' },
    answers: { '201': { ...key, key: 'sw_k7Xw2p_…' } },
  },
  'get /keys': { answers: { '200': { keys: [key] } } },
  'get /dead-letters': { answers: { '200': { letters: [letter], next: null } } },
  'get /dead-letters/{id}': { answers: { '200': letter } },
  'get /bindings': {
    answers: {
      '200': {
        bindings: [{ workflow: 'orders', machineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:orders' }],
        next: null,
      },
    },
  },
  'post /dead-letters/{id}/redrive': { answers: { '202': { execution } } },
};
