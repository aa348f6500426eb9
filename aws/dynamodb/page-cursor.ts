/** Opaque form of the sort key at which a page of this list ended. */
export function encodePageCursor(list: string, sortKey: string): string {
  return Buffer.from(`${list}:${sortKey}`).toString('base64url');
}

/** The sort key again; null for null. Throws a RangeError for anything that is no cursor of this list. */
export function decodePageCursor(list: string, cursor: string | null): string | null {
  if (cursor === null) return null;
  const text = Buffer.from(cursor, 'base64url').toString();
  const sortKey = text.slice(list.length + 1);
  if (!text.startsWith(`${list}:`) || sortKey === '' || Buffer.byteLength(sortKey) > maxBytes) {
    throw new RangeError('This is not a cursor of this list.');
  }
  return sortKey;
}

/** A sort key has at most 1,024 bytes (AWS); one more is added to ask for what comes after it. */
const maxBytes = 1_023;
