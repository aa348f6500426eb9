import type { DatabaseSync } from 'node:sqlite';
import type { Writer } from '../../../../embedded/runner/journal.ts';

/** A writer that can crash between any two works: what was queued is lost, nothing is answered any more. */
export interface CrashableWriter extends Writer {
  crash(): void;
  readonly crashed: boolean;
  /** Makes the next works throw, as a full disk would; null: no more. */
  fail(error: Error | null): void;
}

/** Runs works one by one in call order, each answered on its own, one turn of the event loop after it was asked for. */
export function crashableWriter(db: DatabaseSync): CrashableWriter {
  let queue: (() => void)[] = [];
  let scheduled = false;
  let crashed = false;
  let failure: Error | null = null;
  const run = (): void => {
    scheduled = false;
    const works = queue;
    queue = [];
    for (const work of works) if (!crashed) work();
  };
  return {
    get crashed() {
      return crashed;
    },
    crash() {
      crashed = true;
      queue = [];
    },
    fail(error) {
      failure = error;
    },
    write: (work) =>
      new Promise((resolve, reject) => {
        queue.push(() => {
          try {
            if (failure !== null) throw failure;
            const result = work(db);
            if (!crashed) resolve(result);
          } catch (error) {
            reject(error);
          }
        });
        if (!scheduled) setImmediate(run);
        scheduled = true;
      }),
  };
}
