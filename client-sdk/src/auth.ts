import { attempt } from './attempt.ts';
import { isStatusError, messageOf, StatuswireError } from './errors.ts';
import { never, type Timers } from './timers.ts';

/**
 * A token, or how to get one. A function is asked again when the service refuses what it gave, and shortly before a JWT
 * it gave expires. Its errors are retried, except a `StatuswireError` of the code `unauthorized`, which is final.
 */
export type TokenSource = string | (() => string | Promise<string>);

/** One current token for all requests and sockets of a client. Never put into a URL, an error or a log. @internal */
export interface Auth {
  /** The token without `Bearer`; null when the client has none. Callers share one request under way. */
  token(): Promise<string | null>;
  /** The service refused this token: the next caller gets a fresh one. Ignored when it was replaced already. */
  refused(token: string | null | undefined): void;
  /** Until a fresh token should be used, in ms; Infinity when this one tells no end, or no other can be got. */
  dueMs(): number;
}

/** @internal */
export function createAuth(source: TokenSource | undefined, timers: Timers): Auth {
  let asked: Promise<string | null> | null = null;
  let token: string | null = null;
  let due = never;

  async function ask(): Promise<string | null> {
    if (typeof source !== 'function') return source ?? null;
    due = never;
    // Not at once, so that a function that throws at once finds `asked` set, to be reset.
    await null;
    try {
      token = await source();
      due = dueAt(token, timers.now());
      return token;
    } catch (cause) {
      asked = null;
      // Whatever else it is, a `not-found` of the function's own calls say, tells nothing about what is watched.
      throw isStatusError(cause, 'unauthorized')
        ? cause
        : new StatuswireError('unavailable', `The token function failed: ${messageOf(cause)}`, { cause });
    }
  }

  return {
    dueMs: () => due - timers.now(),
    async token() {
      if (!asked || timers.now() >= due) asked = ask();
      return asked;
    },
    refused(refused) {
      // Only once: meanwhile a fresh one may be on its way.
      if (refused && refused === token) token = asked = null;
    },
  };
}

interface Claims {
  readonly exp?: number;
  readonly iat?: number;
}

/**
 * When to replace a token: after 80 % of its life or 30 s before its end, whichever is later, by `iat` and `exp` of a JWT
 * (RFC 7519 §4.1), which is read and not verified. Never when it is due as it comes, because then its clock, or a cache
 * behind the token function, disagrees with ours, and asking again would be a loop: the service's refusal decides.
 */
function dueAt(token: string, now: number): number {
  const claims = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  // What is no JWT ended long ago.
  const { exp = 0, iat = now / 1000 } = attempt((): Claims => JSON.parse(atob(claims))) ?? {};
  const due = 1000 * Math.max(iat + 0.8 * (exp - iat), exp - 30);
  return due > now ? due : never;
}
