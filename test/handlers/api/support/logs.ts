import { emptyBook } from '../../../../core/book.ts';
import type { Update } from '../../../../core/contract.ts';
import { encodeCursor } from '../../../../core/cursor.ts';
import type { Book, Head } from '../../../../core/head.ts';
import type { Log } from '../../../../core/ports.ts';

/** When the tests take place. */
export const now = Date.parse('2026-01-01T12:00:00.000Z');
export const iso = (at: number): string => new Date(at).toISOString();

/** Epochs by age; the shape of a ULID. */
export const epochOf = (index: number): string => `01JD${String(index).padStart(22, '0')}`;

export interface LogPlan {
  readonly workflow?: string;
  readonly id: string;
  readonly tenant?: string | null;
  readonly epoch?: string;
  /** How many updates there are. */
  readonly length?: number;
  /** Of the last update. */
  readonly last?: Partial<Update>;
  readonly book?: Partial<Book>;
  readonly head?: Partial<Head>;
}

export function updateOf(plan: LogPlan, seq: number): Update {
  const { workflow = 'orders', id, tenant = 'default', epoch = epochOf(1), length = 1 } = plan;
  return {
    tenant: tenant ?? 'nobody',
    workflow,
    id,
    epoch,
    seq,
    cursor: encodeCursor({ epoch, seq }),
    kind: seq === 1 ? 'status' : 'state',
    status: 'RUNNING',
    done: false,
    state: seq === 1 ? null : `State${seq}`,
    activeStates: seq === 1 ? [] : [`State${seq}`],
    progress: null,
    output: null,
    outputOmitted: false,
    error: null,
    redriveCount: 0,
    startedAt: iso(now - 5_000),
    stoppedAt: null,
    occurredAt: iso(now - 5_000),
    recordedAt: iso(now - 5_000),
    ...(seq === length ? plan.last : {}),
  };
}

/** Writes a whole log; what is there under the name is replaced by a later epoch. */
export async function seed(log: Log, plan: LogPlan): Promise<readonly Update[]> {
  const { workflow = 'orders', id, tenant = 'default', epoch = epochOf(1), length = 1 } = plan;
  const updates = Array.from({ length }, (_, index) => updateOf(plan, index + 1));
  const [before] = await log.load([{ workflow, id }]);
  let expectedVersion = before?.version ?? 0;
  for (let from = 0; from < Math.max(1, length); from += 99) {
    const part = updates.slice(from, from + 99);
    const seq = from + part.length;
    const head: Head = {
      workflow,
      id,
      version: expectedVersion + 1,
      tenant,
      epoch,
      seq,
      last: part.at(-1) ?? null,
      run: null,
      book: { ...emptyBook, ...plan.book },
      held: [],
      formerRuns: [],
      dueAt: null,
      expiresAt: null,
      goneUntil: null,
      ...(seq >= length ? plan.head : {}),
    };
    const [outcome] = await log.commit([{ key: { workflow, id }, expectedVersion, head, updates: part }]);
    if (outcome !== 'ok') throw new Error(`seeding ${workflow}/${id}: ${outcome}`);
    expectedVersion += 1;
  }
  return updates;
}
