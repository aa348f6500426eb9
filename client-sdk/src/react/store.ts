import type { StatusClient, StatusSnapshot, Update, WatchOptions } from '../index.ts';
import { realTimers, type Timers } from '../timers.ts';
import { createHumanSignal, type HumanSignal } from './human-signal.ts';
import { type Shared, share } from './shared.ts';
import type { SomeClient } from './types.ts';

/** An execution, and how it is read. */
export interface Target {
  readonly workflow: string;
  readonly id: string;
  readonly from: NonNullable<WatchOptions['from']>;
  readonly redrives: boolean;
}

/** Equal for targets that share a watch. */
export const keyOf = ({ workflow, id, from, redrives }: Target): string =>
  JSON.stringify([workflow, id, from, redrives]);

/** All that the hooks of one client share. */
export interface Store {
  /** The shared watch; made, and reading, when there is none. */
  shared(target: Target, initial: Update | null): Shared;
  /** What a watch shows before anything is read; no I/O. */
  atRest(target: Target, initial: Update | null): StatusSnapshot;
  readonly human: HumanSignal;
  /** How many watches there are. */
  size(): number;
}

export function createStore(client: SomeClient, timers: Timers = realTimers): Store {
  const { watch, retryNow } = client as StatusClient;
  const open = new Map<string, Shared>();
  const human = createHumanSignal(timers, retryNow);

  /** One that answers is no proof for the others, as each subscription may be refused alone. */
  function report(): void {
    const states = [...open.values()].map((shared) => shared.watch.getSnapshot().connection.state);
    const reading = states.filter((state) => state !== 'closed' && state !== 'idle');
    human.report(reading.length === 0 ? null : !reading.some((state) => state === 'offline' || state === 'connecting'));
  }

  const create = ({ workflow, id, from, redrives }: Target, initial: Update | null) =>
    watch(workflow, id, { from, redrives, ...(initial && { initial }) });

  return {
    human,
    size: () => open.size,
    atRest(target, initial) {
      const snapshot = create(target, initial).getSnapshot();
      // Not when it was rendered: the server and the browser must see the same.
      return {
        ...snapshot,
        connection: { ...snapshot.connection, since: initial ? Date.parse(initial.recordedAt) : 0 },
      };
    },
    shared(target, initial) {
      const key = keyOf(target);
      const known = open.get(key);
      if (known) return known;
      const shared = share({
        watch: create(target, initial),
        initial,
        timers,
        onChange: report,
        onClosed() {
          open.delete(key);
          report();
        },
      });
      open.set(key, shared);
      report();
      return shared;
    },
  };
}

const stores = new WeakMap<SomeClient, Store>();

/** The one store of a client; goes with it. */
export function storeOf(client: SomeClient): Store {
  const known = stores.get(client);
  if (known) return known;
  const store = createStore(client);
  stores.set(client, store);
  return store;
}
