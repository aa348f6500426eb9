import type { DatabaseSync } from 'node:sqlite';
import type { LogKey } from '../../../core/ports.ts';
import type { CachedHeads } from '../head-cache.ts';
import type { Outbox } from '../outbox.ts';
import type { Slice } from '../slice.ts';
import type { GroupWriter } from '../writer.ts';
import { expireLogs } from './expire-logs.ts';
import { sweepDeadLetters, sweepIdempotency } from './sweep.ts';
import { defaultKeptUpdates, trimLogs } from './trim-logs.ts';

/**
 * One kind of removal. Each `run` is one short piece in one group transaction, so that commits do not wait for it;
 * rejects when that could not be committed. DynamoDB does the same by TTL, so this is no port.
 */
export interface UpkeepStep {
  readonly name: string;
  /** @param now Epoch milliseconds. */
  run(now: number): Promise<Slice>;
}

export interface UpkeepOptions {
  /** Updates kept of one log; the oldest beyond them are removed. At least 1,000. @default 100_000 */
  readonly keepUpdates?: number;
  /** @default 100_000 */
  readonly keepDeadLetters?: number;
}

export interface UpkeepParts {
  readonly db: DatabaseSync;
  readonly writer: GroupWriter;
  readonly outbox: Outbox;
  readonly heads: CachedHeads;
  readonly forgetRows: (key: LogKey) => void;
}

/** All that time makes superfluous in the store. Throws a RangeError for bounds that are too low. */
export function createUpkeep(
  { db, writer, outbox, heads, forgetRows }: UpkeepParts,
  { keepUpdates = defaultKeptUpdates, keepDeadLetters = 100_000 }: UpkeepOptions = {},
): readonly UpkeepStep[] {
  return [
    expireLogs(db, writer, outbox, heads, forgetRows),
    trimLogs(db, writer, outbox, keepUpdates),
    sweepIdempotency(db, writer),
    sweepDeadLetters(db, writer, keepDeadLetters),
  ];
}
