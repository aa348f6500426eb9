import type { Update } from '../../core/contract.ts';
import type { Claim, Deliveries, Delivery, DeliveryKey, Endpoints, Log } from '../../core/ports.ts';
import { begins, type Endpoint, wants } from '../../core/webhook.ts';
import { messageBody, messageId } from './payload.ts';
import { readAhead } from './read-ahead.ts';
import { parseRetryAfter } from './retry-after.ts';
import { type RetrySchedule, retryDelayMs, standardSchedule } from './schedule.ts';
import type { Send, SendOutcome } from './send.ts';
import { createSigner } from './sign.ts';

export interface DelivererOptions {
  readonly log: Log;
  readonly endpoints: Endpoints;
  readonly deliveries: Deliveries;
  readonly send: Send;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  /** @default the example schedule of Standard Webhooks */
  readonly schedule?: RetrySchedule;
  /** How long a claim lives without renewal; must be over twice the sender's time-out. @default 60_000 */
  readonly leaseMs?: number;
  /** Updates sent before the delivery goes to the back of the queue, so that a long log lets others in. @default 100 */
  readonly turnSize?: number;
  /** Told of every request that was made, for metrics and logs. */
  readonly onAttempt?: (attempt: Attempt) => void;
}

/** One request to an endpoint, and how it ended. */
export interface Attempt {
  readonly endpointId: string;
  /** The `webhook-id`. */
  readonly messageId: string;
  readonly outcome: SendOutcome;
  readonly accepted: boolean;
  readonly durationMs: number;
}

/** Ways to end a delivery early; what was not sent stays due. */
export interface Halt {
  /** Begin no further request. */
  readonly soon?: AbortSignal;
  /** Break off the request under way, too. It counts as no failure, and will be repeated under the same id. */
  readonly now?: AbortSignal;
}

export type DeliveryResult = { readonly sent: number } & (
  | { readonly type: 'caught-up' }
  /** Handed back before the end: `turnSize` reached or halted. Due at once. */
  | { readonly type: 'more' }
  | { readonly type: 'failed'; readonly dueAt: number; readonly reason: string }
  /** Nothing to claim: not due, or in other hands. */
  | { readonly type: 'skipped' }
  /** The endpoint is no longer registered. */
  | { readonly type: 'gone' }
  /** The claim was lost on the way; its new holder goes on. */
  | { readonly type: 'lost' }
);

export interface Deliverer {
  /**
   * Sends one execution's updates to one endpoint, in order, until it has caught up or a request fails. Rejects when a
   * port does; the end of the lease then makes the delivery due again.
   */
  deliver(key: DeliveryKey, halt?: Halt): Promise<DeliveryResult>;
}

/** 2xx and nothing else: no redirect is followed, and 410 is retried like any failure until endpoints can be disabled. */
function accepted(outcome: SendOutcome): boolean {
  return outcome.type === 'answered' && outcome.status >= 200 && outcome.status <= 299;
}

/** The cursor inside the update's epoch; what was sent of another one is no `previousSeq` (S31). */
function within(delivery: Delivery, epoch: string): Delivery {
  return delivery.epoch === epoch ? delivery : { ...delivery, epoch, seq: 0, sentSeq: null };
}

/**
 * A delivery is a cursor over the log, moved only after the endpoint accepted the update there, so order holds by itself
 * (S31). A crash between a request and its record repeats the request, with the same id and body (at least once).
 */
export function createDeliverer(options: DelivererOptions): Deliverer {
  const { log, endpoints, deliveries, send, clock, random } = options;
  const { schedule = standardSchedule, leaseMs = 60_000, turnSize = 100 } = options;
  const sign = createSigner();
  const owed = (endpoint: Endpoint, update: Update): boolean =>
    wants(endpoint.filter, update) && (endpoints.byPosition || begins(endpoint, update));

  async function post(endpoint: Endpoint, update: Update, previousSeq: number | null, skipped: boolean, halt: Halt) {
    const id = messageId(update);
    const body = messageBody(update, previousSeq, skipped);
    const sentAt = clock();
    const signature = sign(endpoint.secret, { id, sentAt, body });
    const outcome = await send({
      url: endpoint.url,
      headers: { 'content-type': 'application/json', 'user-agent': 'Statuswire', ...signature },
      body,
      ...(halt.now ? { signal: halt.now } : {}),
    });
    const durationMs = clock() - sentAt;
    options.onAttempt?.({ endpointId: endpoint.id, messageId: id, outcome, accepted: accepted(outcome), durationMs });
    return outcome;
  }

  /** The cursor after a failure: it stays, and waits by the count of (endpoint, execution) (S32). */
  function failed(delivery: Delivery, outcome: SendOutcome): Delivery & { readonly dueAt: number } {
    const now = clock();
    const failures = delivery.failures + 1;
    const hint = outcome.type === 'answered' ? parseRetryAfter(outcome.retryAfter, now) : null;
    const dueAt = now + retryDelayMs(schedule, failures, hint, random);
    return { ...delivery, failures, failingSince: delivery.failingSince ?? now, dueAt, setAt: now };
  }

  function dueNow(delivery: Delivery): Delivery {
    const now = clock();
    return { ...delivery, dueAt: now, setAt: now };
  }

  async function walk(claim: Claim, endpoint: Endpoint, halt: Halt): Promise<DeliveryResult> {
    let { delivery, leaseUntil } = claim;
    let sent = 0;
    /** The cursor moved since it was stored. */
    let moved = false;

    async function keep(next: Delivery): Promise<boolean> {
      delivery = next;
      moved = false;
      leaseUntil = clock() + leaseMs;
      return deliveries.advance(claim, next, leaseUntil);
    }
    async function letGo<T extends DeliveryResult>(next: Delivery, result: T): Promise<T | DeliveryResult> {
      return (await deliveries.release(claim, next)) ? result : { type: 'lost', sent };
    }

    for (;;) {
      const ahead = await readAhead(log, claim.delivery, delivery, endpoint.tenant, clock());
      if (ahead.type === 'nothing') return letGo({ ...delivery, dueAt: null }, { type: 'caught-up', sent });
      for (const update of ahead.updates) {
        delivery = within(delivery, update.epoch);
        const handBack = halt.soon?.aborted || halt.now?.aborted || sent >= turnSize;
        if (handBack) return letGo(dueNow(delivery), { type: 'more', sent });
        // Passing many updates silently takes time, too: never send on a lease that the request could outlive.
        if (leaseUntil - clock() < leaseMs / 2 && !(await keep(delivery))) return { type: 'lost', sent };
        if (!owed(endpoint, update)) {
          delivery = { ...delivery, seq: update.seq };
          continue;
        }
        // What was accepted is stored before the next request. Before the last word `letGo` does it, in one commit.
        if (moved && !(await keep(delivery))) return { type: 'lost', sent };
        const outcome = await post(endpoint, update, delivery.sentSeq, ahead.skipped, halt);
        if (!accepted(outcome)) {
          if (halt.now?.aborted) return letGo(dueNow(delivery), { type: 'more', sent });
          const next = failed(delivery, outcome);
          const reason = outcome.type === 'answered' ? `status ${outcome.status}` : outcome.reason;
          return letGo(next, { type: 'failed', sent, dueAt: next.dueAt, reason });
        }
        sent += 1;
        delivery = { ...delivery, seq: update.seq, sentSeq: update.seq, failures: 0, failingSince: null };
        moved = true;
      }
    }
  }

  return {
    async deliver(key, halt = {}) {
      const now = clock();
      const claim = await deliveries.claim(key, now, now + leaseMs);
      if (claim === null) return { type: 'skipped', sent: 0 };
      const endpoint = await endpoints.get(claim.delivery.tenant, key.endpointId);
      if (endpoint === null) {
        await deliveries.removeEndpoint(key.endpointId);
        return { type: 'gone', sent: 0 };
      }
      return walk(claim, endpoint, halt);
    },
  };
}
