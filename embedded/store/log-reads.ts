import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Update } from '../../core/contract.ts';
import type { Head } from '../../core/head.ts';
import type { ListFilter, Log } from '../../core/ports.ts';
import type { CachedHeads } from './head-cache.ts';
import { decodePageCursor, encodePageCursor } from './page-cursor.ts';

/** After every epoch: they are made of digits and capitals. */
const newestFirst = ['~', '', ''] as const;
const oldestFirst = [Number.MIN_SAFE_INTEGER, '', ''] as const;

/**
 * Expired rows that one page steps over before it ends early. Where very many expired at once the upkeep needs a while,
 * and lists must not stand still meanwhile.
 */
const skippedAtMost = 500;

/** The reading half of the log. */
export function createLogReads(db: DatabaseSync, heads: Pick<CachedHeads, 'load'>): Omit<Log, 'commit'> {
  const selectPosition = db.prepare('SELECT epoch, seq, listed FROM heads WHERE workflow = ? AND id = ?');
  const selectUpdates = db.prepare(
    'SELECT seq, json FROM updates WHERE workflow = ? AND id = ? AND epoch = ? AND seq > ? ORDER BY seq LIMIT ?',
  );
  const selectDue = db.prepare(`
    SELECT due_at, workflow, id, json FROM heads
    WHERE due_at <= ? AND (due_at, workflow, id) > (?, ?, ?) ORDER BY due_at, workflow, id LIMIT ?`);
  const lists = createListStatements(db);

  return {
    async load(keys) {
      return keys.map(heads.load);
    },

    async read({ workflow, id }, after, limit, maxBytes) {
      const head = selectPosition.get(workflow, id) as { epoch: string; seq: number; listed: number } | undefined;
      // Another epoch, or ahead of the head (a database put back from a copy): only a snapshot helps either reader (S20).
      if (head?.epoch !== after.epoch || after.seq > head.seq) return { type: 'trimmed' };
      // Forgotten; its updates go once the listener has had them (S4).
      if (head.seq > 0 && head.listed === 0) return { type: 'trimmed' };
      const updates: Update[] = [];
      let seq = after.seq;
      let bytes = 0;
      for (const row of selectUpdates.iterate(workflow, id, after.epoch, after.seq, limit)) {
        const { seq: next, json } = row as { seq: number; json: string };
        bytes += Buffer.byteLength(json);
        if (next !== seq + 1 || (bytes > maxBytes && updates.length > 0)) break;
        updates.push(JSON.parse(json) as Update);
        seq = next;
      }
      if (updates.length === 0 && head.seq > after.seq) return { type: 'trimmed' };
      return { type: 'page', updates, more: head.seq > seq };
    },

    async list(tenant, filter, cursor, limit, now) {
      const { statement, values } = lists(filter);
      const from = decodePageCursor(cursor, newestFirst);
      const updates: Update[] = [];
      let end: ListRow | null = null;
      let skipped = 0;
      for (const each of statement.iterate(tenant, ...values, ...from, limit + 1 + skippedAtMost)) {
        const row = each as unknown as ListRow;
        if (end && (updates.length === limit || skipped === skippedAtMost)) {
          return { updates, next: encodePageCursor([end.epoch, end.workflow, end.id]) };
        }
        if (row.expires_at === null || row.expires_at > now) updates.push(lastOf(JSON.parse(row.json) as Head));
        else skipped += 1;
        end = row;
      }
      return { updates, next: null };
    },

    async open(dueBefore, cursor, limit) {
      const from = decodePageCursor(cursor, oldestFirst);
      const rows = selectDue.all(dueBefore, ...from, limit + 1) as {
        due_at: number;
        workflow: string;
        id: string;
        json: string;
      }[];
      const page = rows.slice(0, limit);
      const end = rows.length > limit ? page.at(-1) : undefined;
      return {
        heads: page.map(({ json }) => JSON.parse(json) as Head),
        next: end ? encodePageCursor([end.due_at, end.workflow, end.id]) : null,
      };
    },
  };
}

interface ListRow {
  readonly epoch: string;
  readonly workflow: string;
  readonly id: string;
  readonly expires_at: number | null;
  readonly json: string;
}

function lastOf(head: Head): Update {
  if (head.last === null) throw new Error(`${head.workflow}/${head.id} is listed without an update.`);
  return head.last;
}

/** One statement per kind of filter, each with an index that has its rows in the order of the list. */
function createListStatements(db: DatabaseSync) {
  const prepare = (condition: string): StatementSync =>
    db.prepare(`
      SELECT epoch, workflow, id, expires_at, json FROM heads
      WHERE listed = 1 AND tenant = ? ${condition} AND (epoch, workflow, id) < (?, ?, ?)
      ORDER BY epoch DESC, workflow DESC, id DESC LIMIT ?`);
  const all = prepare('');
  const ofWorkflow = prepare('AND workflow = ?');
  const ofStatus = prepare('AND status = ?');
  const ofBoth = prepare('AND workflow = ? AND status = ?');
  return ({ workflow, status }: ListFilter): { readonly statement: StatementSync; readonly values: string[] } => {
    if (workflow !== undefined && status !== undefined) return { statement: ofBoth, values: [workflow, status] };
    if (workflow !== undefined) return { statement: ofWorkflow, values: [workflow] };
    if (status !== undefined) return { statement: ofStatus, values: [status] };
    return { statement: all, values: [] };
  };
}
