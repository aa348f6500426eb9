import type { Json, Problem, Update } from '../../../core/contract.ts';
import type { TestClock } from './clock.ts';
import { isCursor } from './log.ts';
import type { OpenRun } from './run.ts';

/** A request to the test service, taken apart. */
export interface HttpCall {
  readonly method: string;
  /** Below the service's URL, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly signal: AbortSignal | null;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  /** null: none. */
  readonly body: unknown;
}

interface HttpDeps {
  readonly url: string;
  readonly clock: TestClock;
  readonly find: (workflow: string, id: string) => OpenRun | undefined;
  /** An id that no run has yet. */
  readonly newId: () => string;
  readonly create: (workflow: string, id: string) => OpenRun;
  readonly token: () => string;
  /** Until something was appended anywhere, or the time is over. False when nobody waits for the answer any more. */
  readonly hold: (ms: number, signal: AbortSignal | null) => Promise<boolean>;
}

const titles = {
  'bad-request': [400, 'The request cannot be read'],
  'malformed-cursor': [400, 'The cursor is malformed'],
  unauthorized: [401, 'A valid API key or watch token is needed'],
  'not-found': [404, 'Nothing is here, or nothing that you may see'],
  'id-taken': [409, 'The id is already taken'],
  'invalid-input': [422, 'The request is readable but not valid'],
  'idempotency-mismatch': [422, 'The Idempotency-Key was used with another request'],
} as const;

export function problem(name: keyof typeof titles): HttpAnswer {
  const [status, title] = titles[name];
  const body: Problem = { type: `urn:statuswire:problem:${name}`, title, status };
  return { status, headers: { 'content-type': 'application/problem+json' }, body };
}

const json = (status: number, body: unknown, headers: HttpAnswer['headers'] = {}): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body,
});

/** What a service lets a request be held for at most, in seconds (design §4). */
const maxWaitSeconds = 20;

/** Answers as the service's HTTP routes do (docs/http.md), as far as the client uses them. */
export function createHttp(deps: HttpDeps): (call: HttpCall) => Promise<HttpAnswer> {
  const { url, clock, find, token } = deps;
  const answered = new Map<string, { readonly request: string; readonly id: string }>();

  /** Asks again for as long as the answer would tell nothing new and the wished time is not over (S19). */
  async function held(call: HttpCall, look: () => HttpAnswer, isKnown: (answer: HttpAnswer) => boolean) {
    const seconds = Math.min(Number(call.query.get('wait') ?? 0), maxWaitSeconds);
    const until = clock.now() + seconds * 1_000;
    for (;;) {
      const answer = look();
      if (clock.now() >= until || !isKnown(answer) || !(await deps.hold(until - clock.now(), call.signal)))
        return answer;
    }
  }

  function status(call: HttpCall, last: Update): HttpAnswer {
    const etag = `"${last.epoch}.${last.seq}"`;
    const headers = { etag, ...pace(last) };
    return call.headers['if-none-match'] === etag ? { status: 304, headers, body: null } : json(200, last, headers);
  }

  function updates(call: HttpCall, { log }: OpenRun, last: Update): HttpAnswer {
    const page = log.read(call.query.get('after'), limitOf(call));
    return json(200, page, page.more ? {} : pace(last));
  }

  function start(workflow: string, call: HttpCall): HttpAnswer {
    const key = call.headers['idempotency-key'];
    const request = `${workflow} ${call.body}`;
    const before = key === undefined ? undefined : answered.get(key);
    if (before && before.request !== request) return problem('idempotency-mismatch');
    const { id = before?.id ?? deps.newId() } = readJson(call.body) as { readonly id?: string };
    if (!before) {
      if (!/^[0-9A-Za-z_.-]{1,80}$/.test(id)) return problem('invalid-input');
      if (id === '.' || id === '..') return problem('bad-request');
      if (find(workflow, id)?.log.updates.length) return problem('id-taken');
      if (key !== undefined) answered.set(key, { request, id });
      deps.create(workflow, id).run.emit({ status: 'PENDING' });
    }
    const path = `${encodeURIComponent(workflow)}/${encodeURIComponent(id)}`;
    const statusUrl = `${url}/status/${path}`;
    const body = { workflow, id, token: token(), statusUrl, resultUrl: `${url}/result/${path}` };
    return json(202, body, { location: statusUrl, 'retry-after': '1' });
  }

  return async (call) => {
    const [, area, workflow = '', id = '', rest] = call.path.split('/').map(decodeURIComponent);
    if (call.path === '/.well-known/statuswire') return json(200, discovery(url));
    if (call.headers.authorization !== `Bearer ${token()}`) return problem('unauthorized');
    if (area === 'executions' && call.method === 'POST') return start(workflow, call);
    const look = (how: (open: OpenRun, last: Update) => HttpAnswer) => (): HttpAnswer => {
      const open = find(workflow, id);
      const last = open?.log.updates.at(-1);
      return open && last ? how(open, last) : problem('not-found');
    };
    if (area === 'status' && rest === undefined) {
      const isKnown = (answer: HttpAnswer) => answer.status === 304;
      return held(
        call,
        look((_, last) => status(call, last)),
        isKnown,
      );
    }
    if (area === 'status' && rest === 'updates') {
      const limit = limitOf(call);
      if (!(Number.isInteger(limit) && limit >= 1 && limit <= 1_000)) return problem('bad-request');
      if (!isCursor(call.query.get('after'))) return problem('malformed-cursor');
      const isKnown = ({ body }: HttpAnswer) =>
        call.query.has('after') && (body as { readonly updates?: readonly unknown[] }).updates?.length === 0;
      return held(
        call,
        look((open, last) => updates(call, open, last)),
        isKnown,
      );
    }
    return area === 'result' ? look((_, last) => result(last))() : problem('not-found');
  };
}

const limitOf = ({ query }: HttpCall): number => Number(query.get('limit') ?? 100);

/** Until it is done. The service paces by age; here it is always a second, so that waits can be computed. */
const pace = ({ done }: Update): { readonly [name: string]: string } => (done ? {} : { 'retry-after': '1' });

function result(last: Update): HttpAnswer {
  if (!last.done) return json(202, { status: last.status }, pace(last));
  if (last.status !== 'SUCCEEDED') return json(200, { error: last.error ?? { name: null, cause: null } });
  return json(200, { output: last.output, ...(last.outputOmitted && { outputOmitted: true }) });
}

const discovery = (url: string): Json => ({
  version: 1,
  channels: [
    { channel: 'subscription', protocol: 'graphql-transport-ws', url: `${url.replace(/^http/, 'ws')}/graphql` },
    { channel: 'polling', protocol: 'http', url, maxWaitSeconds },
  ],
});

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
