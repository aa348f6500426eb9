import type { StatusClient, Watch, WatchedUpdate, WatchOptions } from '../../../client-sdk/src/index.ts';

/** An iteration under way. */
export interface Collected {
  readonly watch: Watch;
  readonly updates: WatchedUpdate[];
  /** `1 2 5!`: seqs, with a mark where something was skipped. */
  seqs(): string;
  ended(): boolean;
  error(): unknown;
}

/** Iterates a handle in the background, from now on. */
export function iterateAll(watch: Watch): Collected {
  const updates: WatchedUpdate[] = [];
  let ended = false;
  let failure: unknown = null;
  const run = async () => {
    for await (const update of watch) updates.push(update);
  };
  run().then(
    () => {
      ended = true;
    },
    (error: unknown) => {
      failure = error;
    },
  );
  return {
    watch,
    updates,
    seqs: () => updates.map(({ seq, skipped }) => `${seq}${skipped ? '!' : ''}`).join(' '),
    ended: () => ended,
    error: () => failure,
  };
}

/** Watches the fake service's one execution. */
export const collect = (client: StatusClient, options?: WatchOptions): Collected =>
  iterateAll(client.watch('orders', 'order-1', options));

/** How a promise ended, or that it has not. */
export function outcome(promise: Promise<unknown>): {
  readonly value: unknown;
  readonly error: unknown;
  readonly settled: boolean;
} {
  const seen = { value: undefined as unknown, error: undefined as unknown, settled: false };
  promise.then(
    (value) => Object.assign(seen, { value, settled: true }),
    (error: unknown) => Object.assign(seen, { error, settled: true }),
  );
  return seen;
}
