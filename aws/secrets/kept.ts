export interface KeptOptions<T> {
  /** Asks for the value. What it answered last is given to it, so that it can answer the same again. */
  readonly load: (last: T | null) => Promise<T>;
  /** After such an error nothing that was kept counts any more; after any other it does. */
  readonly ends: (error: unknown) => boolean;
  /** Told of an error in spite of which the kept value was answered. */
  readonly report: (error: unknown) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How long a value is answered without asking again, milliseconds. @default 300000 */
  readonly keepMs?: number;
}

const defaultKeepMs = 300_000;
/** While the source fails: a request in so many milliseconds pays for asking again, the others do not. */
const retryMs = 30_000;

/**
 * A value that is asked for now and then, by one caller for all. While the source fails, what it said last goes on: a
 * deployment must not stop answering because another service does. Before the first answer there is nothing to go on
 * with, so the call rejects, and the next one asks again.
 */
export function createKept<T>({ load, ends, report, now, keepMs = defaultKeepMs }: KeptOptions<T>): () => Promise<T> {
  let kept: { readonly value: T; readonly until: number } | null = null;
  let asking: Promise<T> | null = null;

  async function ask(): Promise<T> {
    try {
      const asked = now();
      const value = await load(kept?.value ?? null);
      kept = { value, until: asked + keepMs };
    } catch (error) {
      if (!kept || ends(error)) {
        kept = null;
        throw error;
      }
      report(error);
      kept = { value: kept.value, until: now() + retryMs };
    }
    return kept.value;
  }

  return async () => {
    const left = (kept?.until ?? 0) - now();
    // Further ahead than anything is kept: the clock was set back.
    if (kept && left > 0 && left <= Math.max(keepMs, retryMs)) return kept.value;
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
}
