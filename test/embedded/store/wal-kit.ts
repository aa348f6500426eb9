import { DatabaseSync } from 'node:sqlite';
import { makeChange } from '../../support/make-update.ts';
import { type FileStore, openFileStore } from '../../support/sqlite-ports.ts';

/** A store and a connection beside it that looks at its WAL. */
export interface WalKit {
  readonly store: FileStore;
  readonly outside: DatabaseSync;
  /** Pages in the WAL, and how many of them have been copied to the database. */
  readonly state: () => { readonly log: number; readonly checkpointed: number };
  /** One commit of about `pages` pages, of an execution of its own; answers its id. */
  readonly commit: (pages?: number) => Promise<string>;
  /** SQLite's own checkpoints inside commits, from so many pages on; 0: none. */
  readonly autoCheckpoint: (pages: number) => Promise<void>;
  close(): Promise<void>;
}

export async function openWalKit(): Promise<WalKit> {
  const store = await openFileStore();
  await store.start(async () => {});
  const outside = new DatabaseSync(store.file);
  const noop = outside.prepare('PRAGMA wal_checkpoint(NOOP)');
  let made = 0;
  return {
    store,
    outside,
    state: () => noop.get() as unknown as { log: number; checkpointed: number },
    async commit(pages = 50) {
      const id = `x${made++}`;
      const [answer] = await store.log.commit([makeChange({ id, update: { state: 's'.repeat(pages * 2_000) } })]);
      if (answer !== 'ok') throw new Error(`the commit was a ${answer}`);
      return id;
    },
    autoCheckpoint: (pages) => store.writer.write((db) => db.exec(`PRAGMA wal_autocheckpoint = ${pages}`)),
    async close() {
      if (outside.isOpen) outside.close();
      await store.close();
    },
  };
}
