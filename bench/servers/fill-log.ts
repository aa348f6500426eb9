import { emptyBook } from '../../core/book.ts';
import type { Change } from '../../core/ports.ts';
import type { Store } from '../../embedded/store/index.ts';
import { epoch, sampleUpdate } from './sample.ts';

/** Updates of one change, as many as it takes. */
export const perExecution = 99;
const atOnce = 200;

/** A new execution with a log. */
export function filledChange(id: string): Change {
  const updates = Array.from({ length: perExecution }, (_, index) => sampleUpdate(index + 1, id));
  const last = updates.at(-1) ?? null;
  const head = {
    workflow: 'orders',
    id,
    version: 1,
    tenant: 'default',
    epoch,
    seq: perExecution,
    last,
    run: null,
    book: { ...emptyBook, attempt: 0 },
    held: [],
    formerRuns: [],
    dueAt: null,
    expiresAt: null,
    goneUntil: null,
  };
  return { key: { workflow: 'orders', id }, expectedVersion: 0, head, updates };
}

/** Grows the log to so many rows more, through the store itself. */
export async function fillLog({ log }: Store, rows: number): Promise<void> {
  const executions = Math.ceil(rows / perExecution);
  for (let first = 0; first < executions; first += atOnce) {
    const size = Math.min(atOnce, executions - first);
    const answers = await log.commit(
      Array.from({ length: size }, (_, index) => filledChange(`filled-${rows}-${first + index}`)),
    );
    if (answers.some((answer) => answer !== 'ok')) throw new Error('the log could not be filled');
  }
}
