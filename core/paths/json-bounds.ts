import type { Json } from '../contract.ts';

/**
 * Whether a value is, as JSON, about `maxLength` characters long at most (escapes are not counted), and `maxDepth` levels deep:
 * deeper values cannot be written as JSON without a growing stack, and no real output comes near.
 * Stops as soon as it is more: a value that holds the same part many times is not walked to its end.
 */
export function fits(value: Json, maxLength: number, maxDepth = 256): boolean {
  let left = maxLength;
  function walk(inner: Json, depth: number): boolean {
    left -= typeof inner === 'string' ? inner.length + 3 : 3;
    if (left < 0 || depth > maxDepth) return false;
    if (typeof inner !== 'object' || inner === null) return true;
    if (Array.isArray(inner)) return inner.every((item) => walk(item, depth + 1));
    for (const [name, item] of Object.entries(inner)) {
      left -= name.length + 3;
      if (!walk(item, depth + 1)) return false;
    }
    return true;
  }
  return walk(value, 0);
}
