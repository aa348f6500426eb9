import type { Update } from '../../core/contract.ts';
import type { OnCommitted } from '../../core/ports.ts';

/** Where committed updates go. A new push channel is one more member. */
export interface FanOutTargets {
  /** Hands updates to live subscribers; a hint, so it never fails and is never waited for. */
  readonly publish: (updates: readonly Update[]) => void;
  /** Lets go the requests that are held for these executions (S19); never fails. Absent where none are held. */
  readonly wake?: (updates: readonly Update[]) => void;
  /** Makes webhook deliveries due; durable when it resolves. */
  readonly webhooks: (updates: readonly Update[]) => Promise<void>;
  /** Queues accepted executions to be started; durable when it resolves. */
  readonly starts: (updates: readonly Update[]) => Promise<void>;
}

/** Hands each committed update to every channel; the engine repeats it until this resolves (G1). */
export function createFanOut({ publish, wake, webhooks, starts }: FanOutTargets): OnCommitted {
  return async (updates) => {
    publish(updates);
    wake?.(updates);
    await Promise.all([webhooks(updates), starts(updates.filter((update) => update.status === 'PENDING'))]);
  };
}
