import type { Deliveries, Intakes, LogKey } from '../../core/ports.ts';

/** What should have been taken from its queue by then, was lost on the way. */
const lateMs = 60_000;
const minute = 60_000;

/** Sends messages to a queue; all are in it when it resolves. */
export type SendAll = (bodies: readonly string[]) => Promise<void>;

export interface RequeueDeliveriesOptions {
  readonly deliveries: Pick<Deliveries, 'due' | 'nextDue'>;
  readonly send: SendAll;
  /** Told in every run for how many seconds the oldest delivery has been due. */
  readonly onOldest: (seconds: number) => void;
  readonly now: () => number;
}

/** Deliveries of one run; more than that wait for the next. */
const mostDeliveries = 1_000;

/** Deliveries that have been due for a minute get another message; one claim wins, whatever the number of messages. */
export function createRequeueDeliveries({ deliveries, send, onOldest, now }: RequeueDeliveriesOptions) {
  return async (): Promise<void> => {
    const nextDue = await deliveries.nextDue();
    const seconds = nextDue === null ? 0 : Math.max(0, (now() - nextDue) / 1_000);
    onOldest(seconds);
    if (seconds * 1_000 < lateMs) return;
    const late = await deliveries.due(now() - lateMs, mostDeliveries);
    await send(late.map(({ endpointId, workflow, id }) => JSON.stringify({ endpointId, workflow, id })));
  };
}

export interface RequeueIntakesOptions {
  readonly intakes: Pick<Intakes, 'pending'>;
  readonly send: SendAll;
  readonly now: () => number;
}

const pageSize = 1_000;

/**
 * Accepted starts without an answer get another message (S34): after 1, 2, 4, 8, 16 and 32 minutes, then every hour, so
 * that one which fails for long does not fill the dead-letter queue. A start that was answered is not repeated by it.
 */
export function createRequeueIntakes({ intakes, send, now }: RequeueIntakesOptions) {
  return async (): Promise<void> => {
    let cursor: string | null = null;
    do {
      const { records, next } = await intakes.pending(cursor, pageSize);
      const late = records.filter(({ acceptedAt }) => isTurn(now() - acceptedAt));
      await send(late.map(({ workflow, id }: LogKey) => JSON.stringify({ workflow, id })));
      cursor = next;
    } while (cursor !== null);
  };
}

/** Is this whole minute of its life one of those? The first, minute 0, is none: it has no logarithm. */
function isTurn(ageMs: number): boolean {
  const minutes = Math.floor(ageMs / minute);
  return minutes < 60 ? Number.isInteger(Math.log2(minutes)) : minutes % 60 === 0;
}
