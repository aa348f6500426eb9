import { attempt } from './attempt.ts';
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

/** `/orders/order-1042`: names as the rest of a path. */
export const pathOf = (...names: readonly string[]): string =>
  names.map((name) => `/${encodeURIComponent(name)}`).join('');

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
    const { method = 'GET', body, headers, isPublic } = options;
    for (let refreshed = false; ; refreshed = true) {
      const token = isPublic ? null : await auth.token();
      const response = await fetch(url + path, {
        method,
        signal,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const { ok, status } = response;
      const text = await response.text();
      const code = codes[status] ?? (status < 500 ? 'invalid' : 'unavailable');
      if (code === 'unauthorized') {
        auth.refused(token);
        if (!refreshed) continue;
      }
      const retryAfterMs = parseRetryAfter(response.headers.get('retry-after') ?? '', timers.now());
      const answer: unknown = attempt(() => JSON.parse(text));
      if (ok && answer !== undefined) return { body: answer, retryAfterMs };
      // RFC 9457: `detail` is written for people.
      const { detail = 'no JSON' } = (answer ?? {}) as { readonly detail?: unknown };
      throw new StatuswireError(ok ? 'bad-answer' : code, `${method} ${path}: ${status}, ${detail}.`, { retryAfterMs });
    }
  }

  return (path, options = {}) =>
    new Promise((resolve, reject) => {
      const { signal, timeoutMs = 15_000 } = options;
      const ending = [lifetime, signal];
      const inner = new AbortController();
      const alarm = createAlarm(timers);
      // Settled here and not by fetch, because the token function has no signal and a polyfill may ignore its own.
      const finish = <T>(settle: (value: T) => void, value: T): void => {
        alarm.clear();
        for (const each of ending) each?.removeEventListener('abort', onAbort);
        settle(value);
        inner.abort();
      };
      const onAbort = () => finish(reject, ending.find((each) => each?.aborted)?.reason);
      for (const each of ending) each?.addEventListener('abort', onAbort);
      alarm.set(timeoutMs, () => finish(reject, new StatuswireError('unavailable', `${path}: no answer in time.`)));
      if (ending.some((each) => each?.aborted)) onAbort();
      else
        send(path, options, inner.signal).then(
          (answer) => finish(resolve, answer),
          (error: unknown) => finish(reject, asStatusError(error)),
        );
    });
}

// 408, 425 and 429 ask for the same request later (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4).
const codes: { readonly [status: number]: StatusErrorCode | undefined } = {
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'not-found',
  408: 'unavailable',
  409: 'conflict',
  425: 'unavailable',
  429: 'unavailable',
};

/** Seconds or a date (RFC 9110 §10.2.3), in ms from now; null when it is neither. */
function parseRetryAfter(value: string, now: number): number | null {
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return ms >= 0 ? ms : null;
}
