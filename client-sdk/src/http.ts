import { attempt } from './attempt.ts';
import type { Auth } from './auth.ts';
import { asStatusError, messageOf, type StatusErrorCode, StatuswireError } from './errors.ts';
import { on } from './on.ts';
import { createAlarm, type Timers } from './timers.ts';

/** What the SDK needs of `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** @internal */
export interface RequestOptions {
  /** @default 'GET' */
  readonly method?: 'POST';
  readonly body?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal | undefined;
  /** Given up after this long, token and body included. @default 15000 */
  readonly timeoutMs?: number;
  /** Public routes are asked without the token. */
  readonly isPublic?: boolean;
}

/** @internal */
export interface Answer {
  readonly body: unknown;
  /** `Retry-After`; null when the service did not say. */
  readonly retryAfterMs: number | null;
}

/**
 * Sends one request under the service's URL and reads its JSON. 401 and 403 get one more try with a fresh token.
 * Rejects with a `StatuswireError`, or with the signal's reason.
 * @internal
 */
export type Request = (path: string, options?: RequestOptions) => Promise<Answer>;

/** `/orders/order-1042`: names as the rest of a path. @internal */
export const pathOf = (...names: readonly string[]): string =>
  names.map((name) => `/${encodeURIComponent(name)}`).join('');

/** @internal */
interface HttpDeps {
  /** Without a slash at its end. */
  readonly url: string;
  readonly fetch: Fetch;
  readonly auth: Auth;
  readonly timers: Timers;
  /** Ends every request under way. */
  readonly lifetime: AbortSignal;
}

/** @internal */
export function createRequest({ url, fetch, auth, timers, lifetime }: HttpDeps): Request {
  let answered = false;

  async function send(path: string, init: RequestInit, isPublic?: boolean, refreshed?: boolean): Promise<Answer> {
    const token = isPublic ? null : await auth.token();
    const headers = { ...(token && { authorization: `Bearer ${token}` }), ...init.headers };
    const response = await fetch(url + path, { ...init, headers }).catch((cause: unknown) => {
      // A browser does not tell a script that CORS has stopped it, and says the same when nothing answers.
      const maybeCors = !answered && globalThis.location && !url.startsWith(location.origin);
      throw maybeCors
        ? new StatuswireError('unavailable', `${path}: ${messageOf(cause)} Is ${location.origin} allowed by CORS?`, {
            cause,
          })
        : cause;
    });
    answered = true;
    const { ok, status } = response;
    const body: unknown = attempt(JSON.parse, await response.text());
    const code = codes[status] ?? (status < 500 ? 'invalid' : 'unavailable');
    if (code === 'unauthorized') {
      auth.refused(token);
      if (!refreshed) return send(path, init, isPublic, true);
    }
    const retryAfterMs = parseRetryAfter(response.headers.get('retry-after') ?? '', timers.now());
    if (ok && body !== undefined) return { body, retryAfterMs };
    // RFC 9457: `detail` is written for people, and `title` where there is none.
    const { title = 'no JSON', detail = title } = (body ?? {}) as { readonly [member: string]: unknown };
    throw new StatuswireError(ok ? 'bad-answer' : code, `${path}: ${status}, ${detail}`, { retryAfterMs });
  }

  return (path, { signal, timeoutMs = 15_000, isPublic, ...init } = {}) =>
    new Promise((resolve, reject) => {
      const inner = new AbortController();
      const alarm = createAlarm(timers);
      // Settled here and not by fetch, because the token function has no signal and a polyfill may ignore its own.
      const finish = <T>(settle: (value: T) => void, value: T): void => {
        for (const off of offs) off();
        settle(value);
        inner.abort();
      };
      const ending = [lifetime, signal];
      const aborted = () => ending.find((each) => each?.aborted);
      const onAbort = () => finish(reject, aborted()?.reason);
      const offs = [alarm.clear, ...ending.map((each) => on(each, 'abort', onAbort))];
      alarm.set(timeoutMs, () => finish(reject, new StatuswireError('unavailable', `${path}: no answer in time.`)));
      if (aborted()) onAbort();
      else
        send(path, { ...init, signal: inner.signal }, isPublic).then(
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
