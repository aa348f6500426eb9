import type { Head } from '../../core/head.ts';
import { waitFor } from '../../core/hold.ts';
import { nameOf } from '../../core/name-of.ts';
import type { Log, LogKey, Timers } from '../../core/ports.ts';

export interface WakeTimers extends Timers {
  /** Wakes what was due while the process was down, and keeps looking now and then. */
  start(): Promise<void>;
  /** Resolves when no call of `settle` is under way any more. */
  stop(): Promise<void>;
}

export interface WakeTimersOptions {
  readonly log: Pick<Log, 'open'>;
  /** Looks at one; `at` is the time that was waited for. */
  readonly settle: (key: LogKey, at: number) => Promise<void>;
  readonly now: () => number;
  readonly onError: (error: unknown, key: LogKey | null) => void;
  /** How often due heads are looked for whatever the timers say. @default 30 s */
  readonly sweepMs?: number;
}

/** Node's timers hold 2^31-1 ms at most; the sweep finds what lies further off. */
const maxDelayMs = 2 ** 31 - 1;
const pageSize = 100;
/** After every time that a head can be due at. */
const endOfTime = Number.MAX_SAFE_INTEGER;

/**
 * The port `Timers` on setTimeout, which no change of the clock reaches; its memory over a crash is `Log.open` (S35). What
 * was set before the clock was set back is found by looking at all that is due at any time: at the start, and as long as
 * there is such a thing.
 */
export function createWakeTimers(options: WakeTimersOptions): WakeTimers {
  const { log, now, onError, sweepMs = 30_000 } = options;
  const pending = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  const running = new Set<Promise<void>>();
  let sweeper: NodeJS.Timeout | null = null;
  let stopped = false;
  /** Some heads may be due at times that the clock was set back behind. */
  let isBehind = true;
  let shown = Number.NEGATIVE_INFINITY;

  const wake = (key: LogKey, at: number): void => arm(key, at, at - now());

  function arm(key: LogKey, at: number, waitMs: number): void {
    const name = nameOf(key);
    const known = pending.get(name);
    if (stopped || (known && known.at <= at)) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(
      () => {
        pending.delete(name);
        track(options.settle(key, at).catch((error: unknown) => onError(error, key)));
      },
      Math.min(Math.max(0, waitMs), maxDelayMs),
    );
    timer.unref();
    pending.set(name, { at, timer });
  }

  function track(work: Promise<void>): void {
    const done = work.finally(() => running.delete(done));
    running.add(done);
  }

  async function sweep(): Promise<void> {
    isBehind ||= now() < shown;
    shown = now();
    let late = false;
    for (let cursor: string | null = null; !stopped; ) {
      const page = await log.open(isBehind ? endOfTime : now() + sweepMs, cursor, pageSize);
      for (const head of page.heads) late = armSoon(head) || late;
      cursor = page.next;
      if (cursor === null) break;
    }
    isBehind = late;
    if (stopped) return;
    sweeper = setTimeout(() => track(sweep().catch((error: unknown) => onError(error, null))), sweepMs);
    sweeper.unref();
  }

  /** Arms what is due within the sweep; true when its time lies further ahead than its rule ever asks. */
  function armSoon(head: Head): boolean {
    if (head.dueAt === null) return false;
    const waitMs = waitFor(head, now());
    const isLate = head.dueAt - now() > waitMs;
    if (waitMs <= sweepMs || isLate) arm(head, head.dueAt, waitMs);
    return isLate;
  }

  return {
    wake,
    start: sweep,
    stop: async () => {
      stopped = true;
      if (sweeper) clearTimeout(sweeper);
      for (const { timer } of pending.values()) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
