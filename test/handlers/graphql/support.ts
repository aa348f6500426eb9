import { readFileSync } from 'node:fs';
import type { Caller } from '../../../core/access.ts';
import { emptyBook } from '../../../core/book.ts';
import type { Update } from '../../../core/contract.ts';
import { encodeCursor } from '../../../core/cursor.ts';
import type { Book, Head } from '../../../core/head.ts';
import type { Log } from '../../../core/ports.ts';
import { createGraphql, type Graphql } from '../../../handlers/graphql/graphql.ts';
import { createSchema } from '../../../handlers/graphql/schema.ts';

export const schema = createSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));

export const now = Date.parse('2026-11-20T10:00:00.000Z');
export const epoch = '01JD0000000000000000000000';

export const reader = { type: 'key', keyId: 'k', tenant: 'default', scopes: ['read'] } as const satisfies Caller;

export function updateOf(values: Partial<Update> = {}): Update {
  const { epoch: ofEpoch = epoch, seq = 1 } = values;
  return {
    tenant: 'default',
    workflow: 'orders',
    id: 'order-1',
    epoch: ofEpoch,
    seq,
    cursor: encodeCursor({ epoch: ofEpoch, seq }),
    kind: 'state',
    status: 'RUNNING',
    done: false,
    state: 'CheckInventory',
    activeStates: ['CheckInventory'],
    progress: { percent: 50, message: 'Packing' },
    output: null,
    outputOmitted: false,
    error: null,
    redriveCount: 0,
    startedAt: '2026-11-20T09:59:00.000Z',
    stoppedAt: null,
    occurredAt: '2026-11-20T09:59:01.123Z',
    recordedAt: '2026-11-20T09:59:01.301Z',
    ...values,
  };
}

const book: Book = { ...emptyBook, attempt: 0 };

export function headOf(last: Update | null, values: Partial<Head> = {}): Head {
  return {
    workflow: 'orders',
    id: 'order-1',
    version: 1,
    tenant: last?.tenant ?? null,
    epoch: last?.epoch ?? epoch,
    seq: last?.seq ?? 0,
    last,
    run: null,
    book,
    held: [],
    formerRuns: [],
    dueAt: null,
    expiresAt: null,
    goneUntil: null,
    ...values,
  };
}

export type ReadLog = Pick<Log, 'load' | 'read'>;

/** The log of one execution. `from`: the first seq that is still stored. */
export function logOf(head: Head, updates: readonly Update[], from = 1): ReadLog {
  return {
    load: async (keys) => keys.map(({ workflow, id }) => (workflow === head.workflow && id === head.id ? head : null)),
    async read(_key, after, limit) {
      if (after.seq + 1 < from) return { type: 'trimmed' };
      const rest = updates.filter((update) => update.epoch === after.epoch && update.seq > after.seq);
      return { type: 'page', updates: rest.slice(0, limit), more: rest.length > limit };
    },
  };
}

export function graphqlOf(log: ReadLog, report: (error: unknown) => string = () => 'incident'): Graphql {
  return createGraphql({ schema, log, now: () => now, report });
}
