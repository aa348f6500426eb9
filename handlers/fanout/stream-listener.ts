import type { Update } from '../../core/contract.ts';
import type { LogKey, OnCommitted } from '../../core/ports.ts';

export interface StreamListenerOptions {
  /** To the topic that feeds webhooks, e-mail and queues; durable when it resolves. */
  readonly publish: (updates: readonly Update[]) => Promise<void>;
  /** Queues accepted executions to be started (S34); durable when it resolves. */
  readonly queueStarts: (keys: readonly LogKey[]) => Promise<void>;
  /** Channels of live subscribers, each bounded; they never reject. */
  readonly hints: readonly ((updates: readonly Update[]) => Promise<void>)[];
  /** Told of what is out. */
  readonly onFannedOut: (updates: readonly Update[]) => void;
}

/**
 * Hands committed updates to every channel where nothing runs on after the answer: hints go out beside the durable parts,
 * and both are waited for, the hints up to their bound. Rejects when a durable part is not done; the stream then brings
 * the updates again, to all channels (G1).
 */
export function createStreamListener(options: StreamListenerOptions): OnCommitted {
  const { publish, queueStarts, hints, onFannedOut } = options;
  return async (updates) => {
    const pending = updates.filter(({ status }) => status === 'PENDING').map(({ workflow, id }) => ({ workflow, id }));
    const durable = [publish(updates), ...(pending.length > 0 ? [queueStarts(pending)] : [])];
    const told = hints.map((hint) => hint(updates));
    const outcomes = await Promise.allSettled([...durable, ...told]);
    const failed = outcomes.slice(0, durable.length).find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    onFannedOut(updates);
  };
}
