import { unavailable } from '../../core/unavailable.ts';

/** One entry that a batch request did not take, by its place in the batch. */
export interface EntryFailure {
  readonly index: number;
  readonly code: string;
  /** The entry itself is at fault, so the same entry will fail again. */
  readonly senderFault: boolean;
}

export interface BatchLimits {
  /** Entries of one request. */
  readonly entries: number;
  /** Of all entries of one request together. */
  readonly bytes: number;
}

export interface BatchRetry {
  /** Times one entry is sent in all. @default 5 */
  readonly attempts?: number;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
  /** Waits so many milliseconds. @default setTimeout */
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface BatchOptions<T> {
  readonly limits: BatchLimits;
  readonly bytesOf: (entry: T) => number;
  /** Makes one request; rejects when it failed as a whole. */
  readonly send: (entries: readonly T[]) => Promise<readonly EntryFailure[]>;
  readonly retry?: BatchRetry;
}

interface Pending<T> {
  readonly entry: T;
  readonly tries: number;
}

const firstWaitMs = 50;
const longestWaitMs = 1_000;

/**
 * Sends all entries, in order, one request after the other. A batch that is answered 200 may have failed in part (SQS and
 * SNS alike): those entries lead the next batch, after a pause with full jitter. Resolves when every entry was taken;
 * rejects when a request failed as a whole, or, after everything else was sent, when an entry was refused for good.
 * The caller then sends all again.
 */
export async function sendInBatches<T>(entries: readonly T[], options: BatchOptions<T>): Promise<void> {
  const { limits, bytesOf, send, retry = {} } = options;
  const { attempts = 5, random = Math.random, sleep = pause } = retry;
  const refused: string[] = [];
  let pending: readonly Pending<T>[] = entries.map((entry) => ({ entry, tries: 0 }));
  while (pending.length > 0) {
    const batch = pending.slice(0, batchLength(pending, limits, bytesOf));
    const failures = await send(batch.map(({ entry }) => entry));
    const again = failures.flatMap(({ index, code, senderFault }) => {
      const failed = batch[index];
      if (failed && !senderFault && failed.tries + 1 < attempts) return [{ ...failed, tries: failed.tries + 1 }];
      refused.push(code);
      return [];
    });
    pending = [...again, ...pending.slice(batch.length)];
    if (again.length === 0) continue;
    const tries = Math.max(...again.map((one) => one.tries));
    await sleep(random() * Math.min(longestWaitMs, firstWaitMs * 2 ** (tries - 1)));
  }
  if (refused.length > 0) {
    const codes = [...new Set(refused)].join(', ');
    throw unavailable(`${refused.length} of ${entries.length} entries were not taken: ${codes}.`, null);
  }
}

/** How many of the first entries fit into one request; at least one. */
function batchLength<T>(pending: readonly Pending<T>[], limits: BatchLimits, bytesOf: (entry: T) => number): number {
  let bytes = 0;
  const end = pending.slice(0, limits.entries).findIndex(({ entry }, index) => {
    bytes += bytesOf(entry);
    return index > 0 && bytes > limits.bytes;
  });
  return end === -1 ? Math.min(pending.length, limits.entries) : end;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
