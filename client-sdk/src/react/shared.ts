import type { StatusSnapshot, Update, Watch } from '../index.ts';
import { createAlarm, type Timers } from '../timers.ts';
import type { Arrival } from './types.ts';

/** One watch that components share, reading from the moment it is made until some time after the last has left. */
export interface Shared {
  readonly watch: Watch;
  /** Calls the listener after every change; while there is one, the watch goes on. Twice off is once. */
  listen(listener: () => void): () => void;
  /** Everything that came so far; begins to keep it at the first call. */
  arrivals(): readonly Arrival[];
  /** Resolves when there is something to show, be it an error; also when waiting has to be renewed. Cached. */
  ready(): Promise<void>;
}

/** How long a watch outlives its last component: a remount (StrictMode, a change of pages) finds it as it was. */
const closeDelayMs = 1_000;
/** How long something suspended, which cannot say that it is still there, is believed to be. */
const suspendedMs = 10_000;

interface SharedDeps {
  readonly watch: Watch;
  /** What the watch began with. */
  readonly initial: Update | null;
  readonly timers: Timers;
  /** Before the listeners hear of a change. */
  readonly onChange: () => void;
  readonly onClosed: () => void;
}

/** Whether a snapshot says something; if not, a suspended component goes on waiting. */
export const hasNews = ({ status, error, connection }: StatusSnapshot): boolean =>
  status !== null || (error !== null && !error.retryable) || connection.state === 'closed';

export function share({ watch, initial, timers, onChange, onClosed }: SharedDeps): Shared {
  const listeners = new Set<() => void>();
  const lease = createAlarm(timers);
  let closed = false;
  let waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null;
  let kept: Arrival[] | null = null;
  /** What is shown of `kept`; null when that has grown since. */
  let shown: readonly Arrival[] | null = null;
  let keeping = false;

  const tell = () => {
    // Whoever leaves meanwhile is not called.
    for (const listener of listeners) listener();
  };

  function wakeSuspended(): void {
    waiting?.resolve();
    waiting = null;
  }

  function changed(): void {
    onChange();
    if (kept) void keep(kept);
    tell();
    if (hasNews(watch.getSnapshot())) wakeSuspended();
  }

  /** Not before the first update: until then an iteration would end with `not-found`, and a store goes on (S18). */
  async function keep(into: Arrival[]): Promise<void> {
    if (keeping || watch.getSnapshot().status === null) return;
    keeping = true;
    try {
      for await (const update of watch) {
        into.push({ update, channel: watch.getSnapshot().connection.channel, at: timers.now() });
        // A page that was read at once is one change, though it comes update by update.
        if (update.cursor !== watch.getSnapshot().update?.cursor) continue;
        shown = null;
        tell();
      }
    } catch {
      // Whatever ended it is in the snapshot as well.
    }
  }

  function close(): void {
    closed = true;
    lease.clear();
    stop();
    watch.close();
    onClosed();
    wakeSuspended();
  }

  /** Without listeners it goes on for so long. */
  const prolong = (ms: number, then = close) => {
    if (!closed && listeners.size === 0) lease.set(ms, then);
  };

  /** Whoever still waits renders anew, and waits again. */
  function askSuspended(): void {
    prolong(closeDelayMs);
    wakeSuspended();
  }

  const stop = watch.subscribe(changed);
  prolong(closeDelayMs);

  return {
    watch,
    listen(listener) {
      // A listener of its own, so that leaving twice never takes away somebody else's.
      const own = () => listener();
      listeners.add(own);
      lease.clear();
      return () => {
        if (listeners.delete(own)) prolong(closeDelayMs);
      };
    },
    arrivals() {
      if (!kept) {
        // An iteration gives what is read, and that begins after it.
        kept = initial ? [{ update: { ...initial, skipped: false }, channel: null, at: timers.now() }] : [];
        void keep(kept);
      }
      shown ??= [...kept];
      return shown;
    },
    ready() {
      if (!waiting) {
        let resolve: () => void = () => undefined;
        const promise = new Promise<void>((done) => {
          resolve = done;
        });
        waiting = { promise, resolve };
        prolong(suspendedMs, askSuspended);
        if (closed || hasNews(watch.getSnapshot())) resolve();
      }
      return waiting.promise;
    },
  };
}
