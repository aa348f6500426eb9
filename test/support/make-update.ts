import { emptyBook } from '../../core/book.ts';
import type { Update } from '../../core/contract.ts';
import { encodeCursor } from '../../core/cursor.ts';
import type { Head } from '../../core/head.ts';
import type { Change } from '../../core/ports.ts';

/** The n-th epoch of a test; sorts by n. */
export function epochOf(n: number): string {
  return `01JD${n.toString().padStart(22, '0')}`;
}

/** A whole update; the cursor and `done` follow from the rest unless given. */
export function makeUpdate(partial: Partial<Update> = {}): Update {
  const epoch = partial.epoch ?? epochOf(1);
  const seq = partial.seq ?? 1;
  const status = partial.status ?? 'RUNNING';
  return {
    tenant: 'default',
    workflow: 'orders',
    id: 'order-1',
    epoch,
    seq,
    cursor: encodeCursor({ epoch, seq }),
    kind: 'status',
    status,
    done: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'].includes(status),
    state: null,
    activeStates: [],
    progress: null,
    output: null,
    outputOmitted: false,
    error: null,
    redriveCount: 0,
    startedAt: '2026-11-20T10:00:00.000Z',
    stoppedAt: null,
    occurredAt: '2026-11-20T10:00:00.000Z',
    recordedAt: '2026-11-20T10:00:00.100Z',
    ...partial,
  };
}

/** A head that stands at `last`, which tells names, epoch, seq and tenant unless they are given. */
export function makeHead(partial: Partial<Head> = {}): Head {
  const last = partial.last ?? null;
  return {
    workflow: last?.workflow ?? 'orders',
    id: last?.id ?? 'order-1',
    version: 1,
    tenant: last?.tenant ?? 'default',
    epoch: last?.epoch ?? epochOf(1),
    seq: last?.seq ?? 0,
    last,
    run: null,
    book: emptyBook,
    held: [],
    formerRuns: [],
    dueAt: null,
    expiresAt: null,
    goneUntil: null,
    ...partial,
  };
}

/** What `makeChange` builds on. */
export interface ChangeOf {
  readonly id?: string;
  /** The head before; none by default. */
  readonly before?: Head | null;
  /** How many updates are appended. @default 1 */
  readonly count?: number;
  /** In every appended update. */
  readonly update?: Partial<Update>;
  readonly head?: Partial<Head>;
}

/** The next change of an execution: `count` updates after `before`, or from 1 where `update.epoch` is another one. */
export function makeChange({
  id = 'order-1',
  before = null,
  count = 1,
  update = {},
  head = {},
}: ChangeOf = {}): Change {
  const epoch = update.epoch ?? before?.epoch ?? epochOf(1);
  const from = before?.epoch === epoch ? before.seq : 0;
  const updates = Array.from({ length: count }, (_, index) => {
    const names = { id: before?.id ?? id, ...(before ? { workflow: before.workflow } : {}) };
    return makeUpdate({ ...names, ...update, epoch, seq: from + index + 1 });
  });
  const last = updates.at(-1) ?? before?.last ?? null;
  const version = before?.version ?? 0;
  const next = makeHead({ id, ...before, ...(last ? headOf(last) : { epoch }), version: version + 1, ...head });
  return { key: { workflow: next.workflow, id: next.id }, expectedVersion: version, head: next, updates };
}

function headOf(last: Update): Partial<Head> {
  const { workflow, id, tenant, epoch, seq } = last;
  return { workflow, id, tenant, epoch, seq, last };
}
