import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { createCheckpointer } from '../../../embedded/store/checkpointer.ts';

/** A checkpoint whose disk does not answer: it has copied, and waits in its sync until the gate is opened. */
const { file, gate, finishPages } = workerData as {
  readonly file: string;
  readonly gate: Int32Array;
  readonly finishPages: number;
};
const db = new DatabaseSync(file);
const stuck = (): void => {
  parentPort?.postMessage('stuck');
  Atomics.wait(gate, 0, 0);
};
parentPort?.postMessage(createCheckpointer(db, stuck, { finishPages })());
db.close();
