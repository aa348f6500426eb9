import { createStatusClient, type StatusClient, type WebSocketLike } from '../../../../client-sdk/src/index.ts';
import { createTestService } from '../../../../client-sdk/src/testing/index.ts';
import { account, awslogs, historyRecord, progressEvent, region, statusChange } from '../../../support/aws-shapes.ts';
import { eventually } from '../../../support/eventually.ts';
import { serviceKit } from '../../../support/service-kit.ts';

/** What happens to an execution, in words that both services know. */
export type Step =
  | readonly ['start']
  | readonly ['enter', string]
  | readonly ['progress', number, string]
  | readonly ['succeed', { readonly total: number }]
  | readonly ['fail', string, string]
  | readonly ['timeOut']
  | readonly ['abort']
  | readonly ['redrive'];

export interface Reply {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | null };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came.
  readonly body: any;
}

/** The test service or the real one. */
export interface Subject {
  ask(path: string, init?: { method?: string; body?: unknown; headers?: Record<string, string> }): Promise<Reply>;
  take(id: string, step: Step): Promise<void>;
  readonly token: string;
  socket(): WebSocketLike;
  client(): StatusClient;
  /** Waits until the check no longer throws. */
  until(check: () => void): Promise<void>;
  stop(): Promise<void>;
}

const seen = ['content-type', 'etag', 'retry-after', 'location'];
type Init = { readonly method: string; readonly headers: Record<string, string>; readonly body?: string };

const asker =
  (url: string, token: string, send: (to: string, init: Init) => Promise<Response>): Subject['ask'] =>
  async (path, { method, body, headers } = {}) => {
    const response = await send(url + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(seen.map((name) => [name, response.headers.get(name)?.split(';')[0] ?? null])),
      body: text ? JSON.parse(text) : null,
    };
  };

export async function testSubject(): Promise<Subject> {
  const service = createTestService();
  return {
    ask: asker(service.url, service.token(), service.fetch),
    async take(id, [type, ...rest]) {
      const run = service.run('orders', id);
      const [first, second] = rest;
      if (type === 'enter') run.enter(String(first));
      else if (type === 'progress') run.emit({ progress: { percent: Number(first), message: String(second) } });
      else if (type === 'succeed') run.succeed(first as { readonly total: number });
      else if (type === 'fail') run.fail({ name: String(first), cause: String(second) });
      else run[type]();
      await service.advance();
    },
    token: service.token(),
    socket: () => new service.WebSocket('wss://status.test/graphql', 'graphql-transport-ws'),
    client: () => service.client(),
    until: (check) =>
      eventually(async () => {
        await service.advance(100);
        check();
      }),
    stop: async () => service.close(),
  };
}

/** An event as if the machine ran where the service's own workflows do: it takes them from there only (S1). */
const localAccount = '000000000000';
const local = <T extends object>(event: T): T =>
  JSON.parse(JSON.stringify(event).replaceAll(region, 'local').replaceAll(account, localAccount)) as T;

/** The embedded service, fed with the events that AWS sends. */
export async function realSubject(): Promise<Subject> {
  const kit = await serviceKit({ rateLimit: 0 });
  const { url, apiKey: token } = kit.service;
  const startDate = Date.now() - 60_000;
  const attempts = new Map<string, { redriveCount: number; historyId: number }>();

  function eventsOf(id: string, step: Step): readonly object[] {
    const attempt = attempts.get(id) ?? { redriveCount: 0, historyId: 1 };
    attempts.set(id, attempt);
    if (step[0] === 'redrive') attempt.redriveCount++;
    const base = { id, startDate, redriveCount: attempt.redriveCount };
    const at = startDate + ++attempt.historyId;
    switch (step[0]) {
      case 'start':
      case 'redrive':
        return [statusChange({ ...base, status: 'RUNNING', ...(step[0] === 'redrive' && { redriveDate: at }) })];
      case 'enter':
        return [
          awslogs([local(historyRecord({ ...base, historyId: attempt.historyId, at, state: step[1] }))], localAccount),
        ];
      case 'progress':
        return [progressEvent({ ...base, at, percent: step[1], message: step[2], sequence: attempt.historyId })];
      case 'succeed':
        return [statusChange({ ...base, status: 'SUCCEEDED', output: JSON.stringify(step[1]) })];
      case 'fail':
        return [statusChange({ ...base, status: 'FAILED', error: step[1], cause: step[2] })];
      case 'timeOut':
        return [statusChange({ ...base, status: 'TIMED_OUT' })];
      case 'abort':
        return [statusChange({ ...base, status: 'ABORTED' })];
    }
  }

  return {
    ask: asker(url, token, fetch),
    async take(id, step) {
      const { body } = await kit.call('/events', { body: eventsOf(id, step).map(local) });
      if (body.rejected?.length !== 0) throw new Error(JSON.stringify(body));
    },
    token,
    socket: () => new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws') as WebSocketLike,
    client: () => createStatusClient({ url, token }),
    until: (check) => eventually(check),
    stop: kit.stop,
  };
}
