import type { Position } from '../../core/cursor.ts';

/** Strong entity tag of an execution's state: it changes exactly when an update is appended (design §4). */
export function etagOf({ epoch, seq }: Position): string {
  return `"${epoch}.${seq}"`;
}

/** One entity tag of a list, weak or not (RFC 9110 §8.8.3). */
const tag = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** Does `If-None-Match` name this tag? `*` names any; the comparison is weak (RFC 9110 §13.1.2). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(tag)].some(([, opaque]) => opaque === etag);
}
