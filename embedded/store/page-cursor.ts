/** Opaque form of the sort key of a page's last row. */
export function encodePageCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Sort key of a cursor, by the types of `first`; `first` itself for null. Throws a RangeError on anything else. */
export function decodePageCursor<Key extends readonly (string | number)[]>(cursor: string | null, first: Key): Key {
  if (cursor === null) return first;
  const key = parse(cursor);
  if (!isLike(key, first)) throw new RangeError('This is not a cursor of this list.');
  return key;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}

function isLike<Key extends readonly (string | number)[]>(key: unknown, model: Key): key is Key {
  return Array.isArray(key) && key.length === model.length && key.every((part, i) => typeof part === typeof model[i]);
}
