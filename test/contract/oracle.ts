import { expect } from 'vitest';
import type { WatchedUpdate } from '../../client-sdk/src/index.ts';
import type { Update } from '../../core/contract.ts';
import type { Archive } from './support/archive.ts';

/** What a reader must have been handed, whatever carried it. */
export interface Expectation {
  /** Where it began. Default: at the beginning. */
  readonly from?: Update;
  /** How often the log could not be continued, so that a whole state came instead. Default 0. */
  readonly skips?: number;
  /** Skips where the log was neither trimmed nor begun anew are faults, unless this says what was gone. */
  readonly gone?: (epoch: string, seq: number) => boolean;
}

const plain = ({ skipped: _, ...update }: WatchedUpdate): Update => update as Update;

/**
 * G2, G3, G4, G6: what the application was handed is the log: each update once, in order, equal to what the service
 * holds, without a hole, or `skipped` exactly where the log had one; and it reaches the log's end.
 */
export function expectTheLog(seen: readonly WatchedUpdate[], archive: Archive, expectation: Expectation = {}): void {
  const { from, skips = 0, gone = () => false } = expectation;
  let before: { readonly epoch: string; readonly seq: number } | undefined = from;
  for (const update of seen) {
    expect(plain(update)).toEqual(archive.find(update));
    const follows = before ? update.epoch === before.epoch && update.seq === before.seq + 1 : update.seq === 1;
    if (update.skipped) {
      const next = before ? before.seq + 1 : 1;
      const isLater = before === undefined || update.epoch > before.epoch || update.seq > before.seq;
      const isHole = before !== undefined && update.epoch !== before.epoch ? true : gone(update.epoch, next);
      expect({ update: label(update), isLater, isHole }).toEqual({
        update: label(update),
        isLater: true,
        isHole: true,
      });
    } else expect({ before: before && label(before), follows, now: label(update) }).toMatchObject({ follows: true });
    before = update;
  }
  expect(seen.filter(({ skipped }) => skipped)).toHaveLength(skips);
  const last = archive.last();
  expect(seen.at(-1) && label(seen.at(-1) as Update)).toBe(last && label(last));
}

const label = ({ epoch, seq }: { readonly epoch: string; readonly seq: number }) => `${epoch}#${seq}`;
