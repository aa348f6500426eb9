import type { Update, UpdatesPage, UpdatesSnapshot } from '../../../core/contract.ts';

const terminal: readonly string[] = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];

/** The log of one execution, as the service keeps it. Epochs and cursors (`E1`, `c1-4`) are short, to be read by people. */
export interface TestLog {
  /** Of the current epoch, also what was trimmed. */
  readonly updates: readonly Update[];
  /** Appends an update; what `change` leaves out is as at the start of a run. */
  append(change?: Partial<Update>): Update;
  /** Forgets the first `count` updates: readers then get a snapshot (S4). */
  trim(count: number): void;
  /** A new log under the same name, empty: new epoch, seq 1 (S2). */
  renew(): void;
  /** What follows a cursor (S20). @param staleBy leaves out the newest, as a replica may */
  read(after: string | null, limit?: number, staleBy?: number): UpdatesPage | UpdatesSnapshot;
}

const cursorShape = /^c(\d+)-(\d+)$/;

/** Whether a text can be read after; null stands for the beginning. */
export const isCursor = (after: string | null): boolean => after === null || cursorShape.test(after);

/** @param now epoch milliseconds, of `occurredAt` and `recordedAt` */
export function createTestLog(workflow: string, id: string, now: () => number): TestLog {
  let epoch = 1;
  let updates: Update[] = [];
  let trimmed = 0;

  return {
    get updates() {
      return updates;
    },
    append(change = {}) {
      const seq = (updates.at(-1)?.seq ?? 0) + 1;
      const status = change.status ?? 'RUNNING';
      const time = new Date(now()).toISOString();
      const update: Update = {
        tenant: 'default',
        workflow,
        id,
        // Longer numbers get more letters, so that epochs sort by age as text.
        epoch: `${'E'.repeat(String(epoch).length)}${epoch}`,
        seq,
        cursor: `c${epoch}-${seq}`,
        kind: 'status',
        status,
        done: terminal.includes(status),
        state: null,
        activeStates: [],
        progress: null,
        output: null,
        outputOmitted: false,
        error: null,
        redriveCount: 0,
        startedAt: null,
        stoppedAt: null,
        occurredAt: time,
        recordedAt: time,
        ...change,
      };
      updates.push(update);
      return update;
    },
    trim(count) {
      trimmed = count;
    },
    renew() {
      epoch++;
      updates = [];
      trimmed = 0;
    },
    read(after, limit = 100, staleBy = 0) {
      const end = updates.length - staleBy;
      const last = updates[end - 1];
      const [, name, seq] = cursorShape.exec(after ?? '') ?? [];
      const from = after === null ? 0 : Number(seq);
      if (last && (from < trimmed || (after !== null && Number(name) !== epoch) || from > last.seq)) {
        return { snapshot: last, next: last.cursor, more: false };
      }
      const page = updates.slice(from, Math.min(from + limit, end));
      return { updates: page, next: page.at(-1)?.cursor ?? after, more: from + page.length < end };
    },
  };
}
