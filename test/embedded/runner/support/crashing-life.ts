import type { DatabaseSync } from 'node:sqlite';
import type { Writer } from '../../../../embedded/runner/journal.ts';
import { crashableWriter } from './writer.ts';

/** One life of the process, which a crash may end at any of its writes, the journal's and the log's alike. */
export interface CrashingLife {
  readonly writer: Pick<Writer, 'write'>;
  /** Takes items into the log. */
  readonly emit: (item: unknown) => Promise<void>;
  /** Items as JSON text, as they were committed. */
  readonly committed: readonly string[];
  /** Resolves at the end of `whole` or at the crash. Answers whether the crash was not due before the end. */
  readonly until: (whole: Promise<unknown>) => Promise<boolean>;
}

/** @param crashAt which write it is that is not committed any more; 0: none */
export function crashingLife(db: DatabaseSync, crashAt: number): CrashingLife {
  const writer = crashableWriter(db);
  const committed: string[] = [];
  const crashed = Promise.withResolvers<void>();
  let writes = 0;
  const write: Writer['write'] = (work) =>
    writer.write((database) => {
      writes += 1;
      if (writes === crashAt) {
        writer.crash();
        crashed.resolve();
        throw new Error('crashed before this was committed');
      }
      return work(database);
    });
  return {
    writer: { write },
    emit: (item) => write(() => void committed.push(JSON.stringify(item))),
    committed,
    async until(whole) {
      // What the crash left unanswered never settles.
      await Promise.race([whole, crashed.promise]).catch(() => undefined);
      return !writer.crashed;
    },
  };
}
