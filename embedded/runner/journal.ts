import type { DatabaseSync } from 'node:sqlite';
import type { Run } from './run.ts';
import { fromRow, type RunRow, toChange, toRow } from './run-row.ts';
import { runnerSchema } from './schema.ts';

/** The store's writer, as far as the runner needs it: runs work inside the next group transaction, in call order. */
export interface Writer {
  write<T>(work: (db: DatabaseSync) => T): Promise<T>;
}

/** An item that was made and whose emission has not been answered. */
export interface JournalItem {
  readonly arn: string;
  /** Ascending within an execution. */
  readonly position: number;
  /** JSON text; what is emitted again is this, byte for byte. */
  readonly item: string;
}

/** What a crash leaves of one execution that has not ended, or whose last items wait; without what it works on. */
export interface Remainder {
  readonly arn: string;
  /** Bytes of its input and data, as text. */
  readonly bytes: number;
}

/** What is decided over a run that may be redriven. */
export type RedriveDecision =
  | { readonly type: 'refused'; readonly reason: string }
  /** What it becomes, and the event that tells so. */
  | { readonly type: 'redriven'; readonly run: Run; readonly event: object };

/** What a redrive leaves to do: everything that waits to be emitted, the new event last. */
export type Redriven =
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'redriven'; readonly run: Run; readonly items: readonly JournalItem[] };

/** The runner's memory over a crash. Every method is one write, called in order. */
export interface Journal {
  /** Stores a new run with its first item, unless the ARN is there already: then answers what is there. */
  insert(run: Run, item: JournalItem): Promise<Run | null>;
  /** Stores items and where the run stands after them. */
  append(run: Run, items: readonly JournalItem[]): Promise<void>;
  /** Forgets items up to a position: their emission was answered. */
  acknowledge(upTo: ReadonlyMap<string, number>): Promise<void>;
  find(arn: string): Promise<Run | null>;
  /** Decides over the run as it stands and stores what it becomes with the event, as one. */
  redrive(arn: string, decide: (run: Run | null) => RedriveDecision): Promise<Redriven>;
  /** What there is to go on with, oldest first. */
  remains(): Promise<readonly Remainder[]>;
  /** An execution and what waits to be emitted of it; null when there is none. */
  load(arn: string): Promise<{ readonly run: Run; readonly items: readonly JournalItem[] } | null>;
  /** Forgets runs that ended before a time; their names can be used again. */
  purge(endedBefore: number): Promise<void>;
}

function insertRow(db: DatabaseSync, row: RunRow): void {
  const columns = Object.keys(row);
  db.prepare(
    `INSERT INTO runner_runs (${columns.join(', ')}) VALUES (${columns.map((column) => `:${column}`).join(', ')})`,
  ).run(row);
}

function statements(db: DatabaseSync) {
  return {
    put: db.prepare('INSERT INTO runner_journal (arn, position, item) VALUES (?, ?, ?)'),
    drop: db.prepare('DELETE FROM runner_journal WHERE arn = ? AND position <= ?'),
    find: db.prepare('SELECT * FROM runner_runs WHERE arn = ?'),
    waiting: db.prepare('SELECT arn, position, item FROM runner_journal WHERE arn = ? ORDER BY position'),
    change: db.prepare(
      `UPDATE runner_runs SET begun_at = :begun_at, next_id = :next_id, next_sequence = :next_sequence, state = :state,
       state_input = :state_input, open = :open, status = :status, output = :output, error = :error, cause = :cause,
       stop_date = :stop_date, redrive_count = :redrive_count, redrive_date = :redrive_date WHERE arn = :arn`,
    ),
  };
}

function remainsOf(db: DatabaseSync): readonly Remainder[] {
  const rows = db.prepare(
    `SELECT arn, octet_length(input) + coalesce(octet_length(state_input), 0) AS bytes FROM runner_runs
     WHERE status = 'RUNNING' OR arn IN (SELECT arn FROM runner_journal) ORDER BY start_date, rowid`,
  );
  return rows.all().map(({ arn, bytes }) => ({ arn: String(arn), bytes: Number(bytes) }));
}

function toItem({ arn, position, item }: Readonly<Record<string, unknown>>): JournalItem {
  return { arn: String(arn), position: Number(position), item: String(item) };
}

/** Databases from before redrives lack their column. */
function makeTables(db: DatabaseSync): void {
  db.exec(runnerSchema);
  const columns = db.prepare('PRAGMA table_info(runner_runs)').all();
  if (!columns.some(({ name }) => name === 'redrive_date')) {
    db.exec('ALTER TABLE runner_runs ADD COLUMN redrive_date INTEGER');
  }
}

/** Makes the tables if they are not there and opens the journal. */
export function openJournal(writer: Writer): Journal {
  const prepared = new WeakMap<DatabaseSync, ReturnType<typeof statements>>();
  // Until the tables are known to be committed every work makes them: the group that made them may be undone.
  let made = false;
  const on = (db: DatabaseSync): ReturnType<typeof statements> => {
    if (!made) makeTables(db);
    const known = prepared.get(db) ?? statements(db);
    prepared.set(db, known);
    return known;
  };
  writer.write(makeTables).then(
    () => {
      made = true;
    },
    () => undefined,
  );
  const find = (db: DatabaseSync, arn: string): Run | null => {
    const row = on(db).find.get(arn);
    return row === undefined ? null : fromRow(row);
  };
  return {
    insert: (run, { arn, position, item }) =>
      writer.write((db) => {
        const known = find(db, run.arn);
        if (known !== null) return known;
        insertRow(db, toRow(run));
        on(db).put.run(arn, position, item);
        return null;
      }),
    append: (run, items) => {
      const change = toChange(run);
      return writer.write((db) => {
        for (const { arn, position, item } of items) on(db).put.run(arn, position, item);
        on(db).change.run(change);
      });
    },
    acknowledge: (upTo) =>
      writer.write((db) => {
        for (const [arn, position] of upTo) on(db).drop.run(arn, position);
      }),
    find: (arn) => writer.write((db) => find(db, arn)),
    redrive: (arn, decide) =>
      writer.write((db) => {
        const answer = decide(find(db, arn));
        if (answer.type === 'refused') return answer;
        const waiting = on(db).waiting.all(arn).map(toItem);
        const position = (waiting.at(-1)?.position ?? 0) + 1;
        const item: JournalItem = { arn, position, item: JSON.stringify(answer.event) };
        on(db).put.run(arn, position, item.item);
        on(db).change.run(toChange(answer.run));
        return { type: 'redriven', run: answer.run, items: [...waiting, item] };
      }),
    remains: () =>
      writer.write((db) => {
        on(db);
        return remainsOf(db);
      }),
    load: (arn) =>
      writer.write((db) => {
        const run = find(db, arn);
        return run === null ? null : { run, items: on(db).waiting.all(arn).map(toItem) };
      }),
    purge: (endedBefore) =>
      writer.write((db) => {
        on(db);
        db.prepare('DELETE FROM runner_runs WHERE stop_date < ? AND arn NOT IN (SELECT arn FROM runner_journal)').run(
          endedBefore,
        );
      }),
  };
}
