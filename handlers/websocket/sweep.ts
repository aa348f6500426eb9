import type { Connections, Sockets } from '../../core/ports.ts';
import { createGate } from './gate.ts';

export interface ConnectionSweepOptions {
  readonly connections: Pick<Connections, 'expired' | 'remove'>;
  readonly sockets: Pick<Sockets, 'close'>;
}

/** What one run did. */
export interface Swept {
  readonly closed: number;
  /** Could not be closed, or removed; the next run tries again. */
  readonly failed: number;
  /** There may be more: call again. */
  readonly more: boolean;
}

/** Sockets closed at a time. */
const width = 16;

/**
 * Ends up to `limit` connections whose token has expired by `now`, without a word (S30); to be called by schedule. One
 * that cannot be closed stays for the next time. Rejects when they cannot be listed.
 */
export function createConnectionSweep({ connections, sockets }: ConnectionSweepOptions) {
  return async (now: number, limit: number): Promise<Swept> => {
    const expired = await connections.expired(now, limit);
    const gate = createGate(width);
    const ends = expired.map(async (connectionId): Promise<void> => {
      const leave = await gate();
      try {
        if (!(await sockets.close(connectionId))) throw new Error('The socket could not be closed.');
        await connections.remove(connectionId);
      } finally {
        leave();
      }
    });
    const outcomes = await Promise.allSettled(ends);
    const closed = outcomes.filter(({ status }) => status === 'fulfilled').length;
    return { closed, failed: outcomes.length - closed, more: expired.length >= limit && closed > 0 };
  };
}
