import type { Context } from 'hono';
import type { LogKey } from '../../core/ports.ts';
import { accountOf } from '../admission/account.ts';
import { type HoldEnd, hold } from '../read/hold.ts';
import { unauthorized } from './middleware/access.ts';
import { preferredWait } from './prefer.ts';
import { maxWaitSeconds } from './schemas.ts';
import type { ApiEnv, RouteDeps } from './types.ts';

export interface LongPoll<T> {
  readonly key: LogKey;
  /** `wait` of the query, seconds; it outranks `Prefer`. */
  readonly wait: number | undefined;
  /** What the request asked for first. */
  readonly first: T;
  readonly look: () => Promise<T>;
  /** Would the answer tell the caller nothing new? */
  readonly isKnown: (seen: T) => boolean;
}

export interface Polled<T> {
  readonly seen: T;
  /** Seconds; outranks the usual pace. null: that. */
  readonly retryAfter: number | null;
  /** What to say of a `Prefer` header that was heeded. */
  readonly headers: Record<string, string>;
}

/** After the stop of the service: it, or the next one, is back in a moment. */
const restartSeconds = 3;

/**
 * Answers when there is news, or when the wished time is up (S19). Its `Retry-After` outranks the usual pace
 * where the request was held: 0 beside news, because the next one will be held again and the pace would only delay it. After a hold the credential is looked at again: a key
 * may have been revoked, a token may have expired meanwhile.
 */
export async function longPoll<T>(
  c: Context<ApiEnv>,
  { waiters, verifier, random }: RouteDeps,
  { key, wait, first, look, isKnown }: LongPoll<T>,
): Promise<Polled<T>> {
  const preferred = wait === undefined ? preferredWait(c.req.header('Prefer'), maxWaitSeconds) : null;
  const seconds = wait ?? preferred ?? 0;
  if (!waiters || seconds === 0) return { seen: first, retryAfter: null, headers: {} };
  const owner = accountOf(c.get('caller'));
  const request = { key, owner, waitMs: seconds * 1_000, signal: c.req.raw.signal };
  const { seen, end } = await hold(waiters, request, first, look, isKnown);
  if (seen !== first || end === 'time') {
    const credential = c.req.header('Authorization');
    if (!(await verifier.verify(credential))) throw unauthorized(credential);
  }
  const heeded = preferred !== null && end !== 'full' && end !== 'stopped';
  return {
    seen,
    retryAfter: retryAfterOf(end, random),
    headers: heeded ? { 'Preference-Applied': `wait=${seconds}` } : {},
  };
}

/** Seconds; null leaves the usual pace. Those that were let go together must not come back together. */
function retryAfterOf(end: HoldEnd, random: RouteDeps['random']): number | null {
  const upTo = (seconds: number): number => (random(1)[0] ?? 0) % (seconds + 1);
  switch (end) {
    case 'changed':
      return 0;
    case 'time':
      return upTo(1);
    case 'stopped':
    case 'gone':
      return 1 + upTo(restartSeconds - 1);
    case 'news':
    case 'full':
      // What was not held is never told to come back at once: if no tag of this client ever matches, because something on
      // the way changes it, that would be as many requests as the network carries.
      return null;
  }
}
