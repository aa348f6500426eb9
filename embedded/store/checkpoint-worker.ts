import { fsyncSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { type CheckpointLimits, createCheckpointer } from './checkpointer.ts';

/** The thread of `startCheckpoints`: looks at the WAL ten times a second until it is told to stop. */
const { file, fd, limits } = workerData as {
  readonly file: string;
  readonly fd: number;
  readonly limits: CheckpointLimits;
};
const lookMs = 100;

const db = new DatabaseSync(file);
const look = createCheckpointer(db, () => fsyncSync(fd), limits);
const looking = setInterval(() => {
  try {
    if (look() === 'finish') parentPort?.postMessage({ type: 'finish' });
  } catch (error) {
    // A full disk, for instance: the WAL keeps what it has, and the next look tries again.
    parentPort?.postMessage({ type: 'failed', error });
  }
}, lookMs);

parentPort?.once('message', () => {
  clearInterval(looking);
  db.close();
});
parentPort?.postMessage({ type: 'ready' });
