import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store, type StoreOptions } from '../../embedded/store/index.ts';
import type { Timer } from '../../embedded/store/timer.ts';
import type { GroupLimits } from '../../embedded/store/writer.ts';
import type { DurablePorts } from '../ports/opened.ts';

/** Waits not at all, so that no test has to. */
export const hastyTimer: Timer = (_ms, run) => {
  const handle = setImmediate(run);
  return () => clearImmediate(handle);
};

/** Groups bounded by count alone: on a busy machine time would cut them anywhere. */
export const untimed: GroupLimits = { maxMs: Number.POSITIVE_INFINITY };

/** A store on a file of its own, which goes when the store is closed. */
export interface FileStore extends Store, DurablePorts {
  readonly file: string;
  crash(): Promise<FileStore>;
}

export async function openFileStore(options: Partial<StoreOptions> = {}): Promise<FileStore> {
  return open(join(mkdtempSync(join(tmpdir(), 'statuswire-')), 'statuswire.db'), options);
}

function open(file: string, options: Partial<StoreOptions>): FileStore {
  const store = openStore({ file, timer: hastyTimer, group: untimed, ...options });
  return {
    ...store,
    file,
    // What is on the disk at this moment is what a killed process leaves; the copy is opened in its place.
    async crash() {
      const copy = join(mkdtempSync(join(tmpdir(), 'statuswire-')), 'statuswire.db');
      for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
      return open(copy, options);
    },
    async close() {
      await store.close();
      rmSync(join(file, '..'), { recursive: true, force: true });
    },
  };
}
