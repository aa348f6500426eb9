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
  readonly settle: (key: LogKey) => Promise<void>;
  readonly now: () => number;
  readonly onError: (error: unknown, key: LogKey | null) => void;
  /** How often due heads are looked for whatever the timers say. @default 30 s */
  readonly sweepMs?: number;
}

/** Node's timers hold 2^31-1 ms at most; the sweep finds what lies further off. */
const maxDelayMs = 2 ** 31 - 1;
const pageSize = 100;

/** The port `Timers` on setTimeout; its memory over a crash is `Log.open` (S35). */
export function createWakeTimers(options: WakeTimersOptions): WakeTimers {
  const { log, now, onError, sweepMs = 30_000 } = options;
  const pending = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  const running = new Set<Promise<void>>();
  let sweeper: NodeJS.Timeout | null = null;
  let stopped = false;

  function wake(key: LogKey, at: number): void {
    const name = nameOf(key);
    const known = pending.get(name);
    if (stopped || (known && known.at <= at)) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(
      () => {
        pending.delete(name);
        track(options.settle(key).catch((error: unknown) => onError(error, key)));
      },
      Math.min(Math.max(0, at - now()), maxDelayMs),
    );
    timer.unref();
    pending.set(name, { at, timer });
  }

  function track(work: Promise<void>): void {
    const done = work.finally(() => running.delete(done));
    running.add(done);
  }

  async function sweep(): Promise<void> {
    for (let cursor: string | null = null; !stopped; ) {
      const page = await log.open(now() + sweepMs, cursor, pageSize);
      for (const head of page.heads) if (head.dueAt !== null) wake(head, head.dueAt);
      cursor = page.next;
      if (cursor === null) break;
    }
    if (stopped) return;
    sweeper = setTimeout(() => track(sweep().catch((error: unknown) => onError(error, null))), sweepMs);
    sweeper.unref();
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
