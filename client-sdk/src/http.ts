import type { Auth } from './auth.ts';
import { asStatusError, type StatusErrorCode, StatuswireError } from './errors.ts';
import { createAlarm, type Timers } from './timers.ts';

/** What the SDK needs of `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface RequestOptions {
  readonly method?: 'GET' | 'POST';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal | undefined;
  /** Given up after this long, token and body included. @default 15000 */
  readonly timeoutMs?: number;
  /** Public routes are asked without the token. */
  readonly isPublic?: boolean;
}

export interface Answer {
  readonly body: unknown;
  /** `Retry-After`; null when the service did not say. */
  readonly retryAfterMs: number | null;
}

/**
 * Sends one request under the service's URL and reads its JSON. 401 and 403 get one more try with a fresh token.
 * Rejects with a `StatuswireError`, or with the signal's reason.
 */
export type Request = (path: string, options?: RequestOptions) => Promise<Answer>;

interface HttpDeps {
  /** Without a slash at its end. */
  readonly url: string;
  readonly fetch: Fetch;
  readonly auth: Auth;
  readonly timers: Timers;
  /** Ends every request under way. */
  readonly lifetime: AbortSignal;
}

export function createRequest({ url, fetch, auth, timers, lifetime }: HttpDeps): Request {
  async function send(path: string, options: RequestOptions, signal: AbortSignal): Promise<Answer> {
    const { method = 'GET', body } = options;
    for (let refreshed = false; ; refreshed = true) {
      const authorization = options.isPublic ? null : await auth.header();
      const response = await fetch(url + path, {
        method,
        signal,
        headers: {
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(authorization !== null && { authorization }),
          ...options.headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.status !== 401 && response.status !== 403)
        return readAnswer(`${method} ${path}`, response, text, timers);
      auth.refused(authorization);
      if (refreshed) throw new StatuswireError('unauthorized', `${method} ${path}: ${response.status}.`);
    }
  }

  return (path, options = {}) =>
    new Promise((resolve, reject) => {
      const { signal, timeoutMs = 15_000 } = options;
      const ending = [lifetime, ...(signal ? [signal] : [])];
      const ended = ending.find(({ aborted }) => aborted);
      if (ended) return reject(ended.reason);
      const inner = new AbortController();
      const alarm = createAlarm(timers);
      // Settled here and not by fetch, because the token function has no signal and a polyfill may ignore its own.
      const giveUp = (reason: unknown) => {
        finish();
        reject(reason);
        inner.abort(reason);
      };
      const onAbort = () => giveUp(ending.find(({ aborted }) => aborted)?.reason);
      const finish = () => {
        alarm.clear();
        for (const each of ending) each.removeEventListener('abort', onAbort);
      };
      for (const each of ending) each.addEventListener('abort', onAbort);
      alarm.set(timeoutMs, () => giveUp(new StatuswireError('unavailable', `${path}: no answer in ${timeoutMs} ms.`)));
      send(path, options, inner.signal).then(
        (answer) => {
          finish();
          resolve(answer);
        },
        (error: unknown) => {
          finish();
          reject(asStatusError(error));
        },
      );
    });
}

function readAnswer(what: string, { ok, status, headers }: Response, text: string, timers: Timers): Answer {
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'), timers.now());
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    if (ok) throw new StatuswireError('bad-answer', `${what}: ${status} without JSON.`, { cause, retryAfterMs });
  }
  if (ok) return { body, retryAfterMs };
  // RFC 9457: `detail` is written for people.
  const detail = (body as { readonly detail?: unknown } | undefined)?.detail;
  throw new StatuswireError(codeOf(status), `${what}: ${status}${detail ? `, ${detail}` : ''}.`, { retryAfterMs });
}

function codeOf(status: number): StatusErrorCode {
  if (status === 404) return 'not-found';
  if (status === 409) return 'conflict';
  // 408, 425 and 429 ask for the same request later (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4).
  if (status < 500 && status !== 408 && status !== 425 && status !== 429) return 'invalid';
  return 'unavailable';
}

/** Seconds or a date (RFC 9110 §10.2.3), in ms from now. */
function parseRetryAfter(value: string | null, now: number): number | null {
  if (!value) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return ms >= 0 ? ms : null;
}
