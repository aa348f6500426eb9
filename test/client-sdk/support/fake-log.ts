import type { Update, UpdatesPage, UpdatesSnapshot } from '../../../core/contract.ts';

const terminal = new Set(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);

/** A log of one execution, as the service keeps it. */
export interface FakeLog {
  readonly updates: readonly Update[];
  append(change?: Partial<Update>): Update;
  /** Forgets the first `count` updates. */
  trim(count: number): void;
  /** A new run under the same name: new epoch, seq 1 (S2). */
  renew(): void;
  read(after: string | null, limit?: number, staleBy?: number): UpdatesPage | UpdatesSnapshot;
}

export function createFakeLog(workflow = 'orders', id = 'order-1'): FakeLog {
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
      const update: Update = {
        tenant: 'default',
        workflow,
        id,
        epoch: `E${epoch}`,
        seq,
        cursor: `c${epoch}-${seq}`,
        kind: 'status',
        status,
        done: terminal.has(status),
        state: null,
        activeStates: [],
        progress: null,
        output: null,
        outputOmitted: false,
        error: null,
        redriveCount: 0,
        startedAt: null,
        stoppedAt: null,
        occurredAt: '2026-11-20T10:00:00.000Z',
        recordedAt: '2026-11-20T10:00:00.000Z',
        ...change,
      };
      updates = [...updates, update];
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
      const visible = updates.slice(0, updates.length - staleBy);
      const last = visible.at(-1);
      const [, name, seq] = /^c(\d+)-(\d+)$/.exec(after ?? '') ?? [];
      const from = after === null ? 0 : Number(seq);
      if (last && (from < trimmed || (after !== null && Number(name) !== epoch) || from > last.seq)) {
        return { snapshot: last, next: last.cursor, more: false };
      }
      const page = visible.slice(from, from + limit);
      return { updates: page, next: page.at(-1)?.cursor ?? after, more: from + page.length < visible.length };
    },
  };
}
