import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * Below this, text stays text. Writes are charged per KB of an item, and an item has some 300 bytes of names and numbers
 * besides: compression pays as soon as it saves a KB.
 */
const smallBytes = 600;

/**
 * JSON text as an attribute: compressed where that makes it smaller, so that most heads cost one write unit instead of
 * three, and the largest (25,000 history ids seen, an input of 256 KiB) stay far below an item's 400 KB.
 */
export function pack(text: string): string | Uint8Array {
  if (text.length < smallBytes) return text;
  const packed = deflateRawSync(text);
  return packed.length < Buffer.byteLength(text) ? packed : text;
}

/** What `pack` was given. Throws a TypeError for an attribute that it did not make. */
export function unpack(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return inflateRawSync(value).toString();
  throw new TypeError('An item has no body.');
}

/** The JSON value of an item's body; items are written by this program alone. */
export function unpackJson<T>(value: unknown): T {
  return JSON.parse(unpack(value)) as T;
}
