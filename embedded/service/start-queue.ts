import { nameOf } from '../../core/name-of.ts';
import type { Intakes, LogKey } from '../../core/ports.ts';

export interface StartQueue {
  enqueue(keys: readonly LogKey[]): void;
  /** Queues every accepted start that was not answered before the process ended (S34). */
  resume(): Promise<void>;
  /** Resolves when no start is under way any more; what is still queued is found again by `resume`. */
  stop(): Promise<void>;
  readonly size: number;
  /** Waiting, under way or between two tries; and when the first of them came, epoch milliseconds. */
  readonly stats: () => { readonly waiting: number; readonly oldestAt: number | null };
}

export interface StartQueueOptions {
  readonly intakes: Pick<Intakes, 'pending'>;
  readonly start: (key: LogKey) => Promise<void>;
  readonly onError: (error: unknown, key: LogKey) => void;
  /** Starts under way at once. @default 64 */
  readonly concurrency?: number;
  /** Wait after a failed try, doubled each time up to a minute. @default 200 ms */
  readonly retryMs?: number;
}

const maxRetryMs = 60_000;
/** Records hold their inputs, up to 256 KiB each. */
const pageSize = 32;

/** Starts accepted executions in order of arrival. The intake records are its memory, so it may lose itself. */
export function createStartQueue(options: StartQueueOptions): StartQueue {
  const { start, concurrency = 64, retryMs = 200 } = options;
  const queued = new Map<string, { readonly key: LogKey; readonly tries: number }>();
  const retries = new Set<NodeJS.Timeout>();
  /** When each one that is not started yet came. */
  const since = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  let stopped = false;

  function add(key: LogKey, tries: number, cameAt = Date.now()): void {
    const name = nameOf(key);
    if (!since.has(name)) since.set(name, cameAt);
    if (stopped || queued.has(name) || running.has(name)) return;
    queued.set(name, { key: { workflow: key.workflow, id: key.id }, tries });
    fill();
  }

  function fill(): void {
    for (const [name, { key, tries }] of queued) {
      if (stopped || running.size >= concurrency) return;
      queued.delete(name);
      running.set(name, runOne(name, key, tries));
    }
  }

  async function runOne(name: string, key: LogKey, tries: number): Promise<void> {
    try {
      await start(key);
      running.delete(name);
      since.delete(name);
    } catch (error) {
      running.delete(name);
      options.onError(error, key);
      retryLater(key, tries + 1);
    }
    fill();
  }

  function retryLater(key: LogKey, tries: number): void {
    if (stopped) return;
    const delay = Math.min(maxRetryMs, retryMs * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
    const timer = setTimeout(() => {
      retries.delete(timer);
      add(key, tries);
    }, delay);
    timer.unref();
    retries.add(timer);
  }

  return {
    enqueue: (keys) => {
      for (const key of keys) add(key, 0);
    },
    resume: async () => {
      for (let cursor: string | null = null; ; ) {
        const page = await options.intakes.pending(cursor, pageSize);
        for (const record of page.records) add(record, 0, record.acceptedAt);
        cursor = page.next;
        if (cursor === null) return;
      }
    },
    stop: async () => {
      stopped = true;
      queued.clear();
      for (const timer of retries) clearTimeout(timer);
      await Promise.all(running.values());
    },
    get size() {
      return queued.size + running.size;
    },
    stats() {
      let oldestAt: number | null = null;
      for (const at of since.values()) oldestAt = oldestAt === null ? at : Math.min(oldestAt, at);
      return { waiting: since.size, oldestAt };
    },
  };
}
