import { closeSync, openSync } from 'node:fs';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CheckpointLimits } from './checkpointer.ts';
import type { Store } from './index.ts';

/** What SQLite does by itself: a checkpoint inside the commit that brings the WAL to this many pages. */
const sqlitePages = 1000;

export interface Checkpoints {
  /** Resolves when the thread has ended; to be called before the store is closed. */
  stop(): Promise<void>;
  /** To be called after the store is closed. */
  release(): void;
}

/**
 * Whether a second connection may make checkpoints: before SQLite 3.51.3 one that runs while a commit begins the WAL anew can
 * damage the database (sqlite.org/wal.html#walresetbug), and `wal_checkpoint(NOOP)`, which the thread looks by, copies. Node 22
 * has such a SQLite.
 */
export function allowsThread(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 1e6 + minor * 1e3 + patch >= 3_051_003;
}

type Message = { readonly type: 'ready' | 'finish' } | { readonly type: 'failed'; readonly error: unknown };

/**
 * Takes checkpoints out of the commits into a thread with a connection of its own (docs/decisions/checkpoints.md). Where
 * the thread cannot be had or dies, commits go back to making them; where SQLite does not allow it, they never stop. Resolves when it is at work; never rejects.
 */
export async function startCheckpoints(
  file: string,
  { writer, checkpoint }: Pick<Store, 'writer' | 'checkpoint'>,
  onError: (error: unknown) => void,
  limits: CheckpointLimits = {},
  sqliteVersion: string = process.versions.sqlite ?? '',
): Promise<Checkpoints> {
  if (!allowsThread(sqliteVersion)) return { release: () => {}, stop: async () => {} };
  const inCommits = (pages: number): Promise<void> =>
    writer.write((db) => db.exec(`PRAGMA wal_autocheckpoint = ${pages}`)).catch(onError);
  // Closing any descriptor of a file drops all of the process's POSIX locks on it, SQLite's too (sqlite.org/howtocorrupt,
  // 2.2). So this one is the worker's to sync by, and stays open until the store is closed.
  const fd = openSync(file, 'r');
  const worker = new Worker(new URL(`./checkpoint-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: { file, fd, limits },
  });
  let stopping = false;
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const settled = (pages: number): void => void inCommits(pages).then(ready.resolve);
  worker.on('message', (message: Message) => {
    if (message.type === 'failed') onError(message.error);
    else if (message.type === 'ready') settled(0);
    else if (!stopping) checkpoint().catch(onError);
  });
  worker.on('error', onError);
  worker.once('exit', () => {
    ended.resolve();
    if (stopping) return;
    onError(new Error('The checkpoint thread has ended; commits make the checkpoints again.'));
    settled(sqlitePages);
  });
  await ready.promise;
  // It does not keep the process alive, unless somebody waits for its end.
  worker.unref();
  return {
    release: () => closeSync(fd),
    stop() {
      stopping = true;
      worker.ref();
      worker.postMessage('stop');
      return ended.promise;
    },
  };
}
