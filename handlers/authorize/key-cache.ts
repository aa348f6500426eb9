import type { ApiKeyRecord } from '../../core/access.ts';
import type { Keys } from '../../core/ports.ts';

/** Looks keys up, remembering for a moment those that exist. */
export interface KeyCache {
  /** Rejects when the store does. */
  find(id: string): Promise<ApiKeyRecord | null>;
  /** The record as remembered now, without asking the store; null when it is not, or no longer. */
  remembered(id: string): ApiKeyRecord | null;
  /** Makes the next look-up ask the store. */
  forget(id: string): void;
}

/** Bounds the memory; more keys than this in use at once only cost more look-ups. */
const capacity = 1_000;

/**
 * Remembers found keys for `maxAgeMs`, so a key revoked elsewhere works at most that much longer. Keys that do not exist
 * are not remembered: a new key works at once, and guesses fill no memory.
 */
export function createKeyCache(keys: Keys, now: () => number, maxAgeMs: number): KeyCache {
  const known = new Map<string, { readonly record: ApiKeyRecord; readonly until: number }>();
  /** Raised by `forget`: a look-up that began before must not bring the old record back. */
  let generation = 0;
  function remembered(id: string): ApiKeyRecord | null {
    const hit = known.get(id);
    // Further ahead than it is ever kept: the clock was set back.
    const left = (hit?.until ?? 0) - now();
    return hit && left > 0 && left <= maxAgeMs ? hit.record : null;
  }
  return {
    remembered,
    async find(id) {
      const hit = remembered(id);
      if (hit) return hit;
      known.delete(id);
      const asked = { at: now(), generation };
      const record = await keys.find(id);
      if (record && maxAgeMs > 0 && asked.generation === generation) {
        if (known.size >= capacity) for (const oldest of [...known.keys()].slice(0, 1)) known.delete(oldest);
        known.set(id, { record, until: asked.at + maxAgeMs });
      }
      return record;
    },
    forget(id) {
      generation += 1;
      known.delete(id);
    },
  };
}
