import { decodeTime, ulid } from 'ulid';

/**
 * A new log's identity: a ULID, so that epochs sort by age; always after `after`, even where the clock was set back.
 */
export function newEpoch(now: number, after: string | null): string {
  return ulid(after === null ? now : Math.max(now, decodeTime(after) + 1));
}
