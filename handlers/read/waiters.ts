import { nameOf } from '../../core/name-of.ts';
import type { LogKey } from '../../core/ports.ts';
import { type Account, defaultCallersPerPool } from '../admission/account.ts';
import { createTally } from '../admission/tally.ts';

/** Why a held request is let go: something was committed, its time is up, its client left, or the service stops. */
export type Released = 'woken' | 'time' | 'gone' | 'stopped';

export interface WaitRequest {
  readonly key: LogKey;
  /** Whom the limits count for. */
  readonly owner: Account;
  readonly waitMs: number;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** The place of one held request. */
export interface Place {
  /** The next release; a wake-up that came before the call counts. After anything but `woken` there is none further. */
  readonly next: () => Promise<Released>;
  /** Gives the place up. To be called once, whatever happened. */
  readonly leave: () => void;
}

/** Requests that are held until their execution moves (S19), bounded in all, per caller, pool and tenant. */
export interface Waiters {
  /** `full` and `stopped`: not held, to be answered at once. */
  readonly join: (request: WaitRequest) => Place | 'full' | 'stopped';
  /** Releases those who wait for these executions. Never throws; spurious calls are harmless. */
  readonly wake: (updates: readonly LogKey[]) => void;
  readonly stats: () => { readonly waiting: number };
  /** Releases all, and holds none from now on. */
  readonly stop: () => void;
}

/** Runs once after so many milliseconds; answers how to prevent it. */
export type After = (delayMs: number, run: () => void) => () => void;

export interface WaitersOptions {
  /** Held requests in all: about 1 KiB each beside its socket; one tenant may have nine tenths. @default 10000 */
  readonly max?: number;
  /** Held requests of one API key or grant. @default 100 */
  readonly maxPerOwner?: number;
  /** How many callers' allowances one pool has. @default 20 */
  readonly callersPerPool?: number;
  /**
   * Those who wait for one execution come back one per millisecond on average, but within this time: a thousand at
   * once would hold up everything else. One alone is never delayed. @default 50
   */
  readonly spreadMs?: number;
  /** @default setTimeout */
  readonly after?: After;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

const systemAfter: After = (delayMs, run) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

export function createWaiters(options: WaitersOptions = {}): Waiters {
  const { max = 10_000, maxPerOwner = 100, callersPerPool = defaultCallersPerPool } = options;
  const { spreadMs = 50, after = systemAfter, random = Math.random } = options;
  const places = createTally({
    caller: maxPerOwner,
    pool: maxPerOwner * callersPerPool,
    tenant: Math.ceil(max * 0.9),
    all: max,
  });
  /** By execution: how each of those who wait is released. */
  const waiting = new Map<string, Set<(why: Released, delayMs: number) => void>>();
  let stopped = false;

  function join({ key, owner, waitMs, signal }: WaitRequest): Place | 'full' | 'stopped' {
    if (stopped) return 'stopped';
    if (!places.take(owner)) return 'full';

    const bell = createBell();
    let cancelDelay: (() => void) | null = null;
    const release = (why: Released, delayMs: number): void => {
      if (delayMs === 0) bell.ring(why);
      else
        cancelDelay ??= after(delayMs, () => {
          cancelDelay = null;
          bell.ring(why);
        });
    };
    const onAbort = (): void => bell.ring('gone');
    const name = nameOf(key);
    const peers = waiting.get(name) ?? new Set();
    waiting.set(name, peers.add(release));
    const cancelTime = after(waitMs, () => bell.ring('time'));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();

    return {
      next: bell.next,
      leave() {
        if (!peers.delete(release)) return;
        if (peers.size === 0) waiting.delete(name);
        places.give(owner);
        cancelTime();
        cancelDelay?.();
        signal.removeEventListener('abort', onAbort);
      },
    };
  }

  return {
    join,
    wake(updates) {
      if (waiting.size === 0) return;
      for (const name of new Set(updates.map(nameOf))) {
        const peers = waiting.get(name);
        if (!peers) continue;
        const spread = peers.size === 1 ? 0 : Math.min(peers.size, spreadMs);
        for (const release of [...peers]) release('woken', random() * spread);
      }
    },
    stats: () => ({ waiting: places.total() }),
    stop() {
      stopped = true;
      for (const peers of [...waiting.values()]) for (const release of [...peers]) release('stopped', 0);
    },
  };
}

/** Tells one listener, now or when it next listens. Wake-ups may come again; any other word is the last. */
function createBell(): { readonly ring: (why: Released) => void; readonly next: () => Promise<Released> } {
  let unheard: Released | null = null;
  let listener: ((why: Released) => void) | null = null;
  const tell = (): void => {
    if (listener === null || unheard === null) return;
    listener(unheard);
    listener = null;
    if (unheard === 'woken') unheard = null;
  };
  return {
    ring(why) {
      if (unheard === null || unheard === 'woken') unheard = why;
      tell();
    },
    next: () =>
      new Promise((resolve) => {
        listener = resolve;
        tell();
      }),
  };
}
