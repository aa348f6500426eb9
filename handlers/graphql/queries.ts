import type { Caller } from '../../core/access.ts';
import type { Update } from '../../core/contract.ts';
import { decodeCursor } from '../../core/cursor.ts';
import type { Log } from '../../core/ports.ts';
import { defaultPageSize, maxPageBytes, maxPageSize, readUpdates } from '../read/updates.ts';
import { loadVisible } from '../read/visible.ts';
import { refusal } from './errors.ts';

/** What the queries read. */
export interface QueryPorts {
  readonly log: Pick<Log, 'load' | 'read'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** `UpdatesPage` of schema.graphql. */
export interface GraphqlPage {
  readonly updates: readonly Update[];
  readonly snapshot: Update | null;
  readonly next: string | null;
  readonly more: boolean;
}

interface StatusArgs {
  readonly workflow: string;
  readonly id: string;
}

interface UpdatesArgs extends StatusArgs {
  readonly after?: string | null;
  readonly limit?: number | null;
}

/** The fields of `Query`. */
export interface Queries {
  readonly status: (args: StatusArgs, caller: Caller) => Promise<Update | null>;
  readonly updates: (args: UpdatesArgs, caller: Caller) => Promise<GraphqlPage | null>;
}

export function createQueries({ log, now }: QueryPorts): Queries {
  return {
    async status({ workflow, id }, caller) {
      const head = await loadVisible(log, caller, { workflow, id }, now());
      return head?.last ?? null;
    },

    async updates({ workflow, id, after = null, limit }, caller) {
      const size = limit ?? defaultPageSize;
      if (size < 1 || size > maxPageSize) throw refusal('BAD_USER_INPUT', `limit must be 1 to ${maxPageSize}.`);
      const position = after === null ? null : decodeCursor(after);
      if (after !== null && position === null) throw refusal('BAD_USER_INPUT', 'after is no cursor.');

      const request = {
        caller,
        key: { workflow, id },
        after: position,
        limit: size,
        maxBytes: maxPageBytes,
        now: now(),
      };
      const read = await readUpdates(log, request);
      if (!read) return null;
      const { answer } = read;
      if ('snapshot' in answer) return { updates: [], snapshot: answer.snapshot, next: answer.next, more: false };
      return { updates: answer.updates, snapshot: null, next: answer.next ?? after, more: answer.more };
    },
  };
}
