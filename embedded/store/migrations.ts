import type { DatabaseSync } from 'node:sqlite';

/** Brings the schema from one version to the next. Once released, a step is never edited: a later one mends it. */
export type Migration = (db: DatabaseSync) => void;

/** "SWIR": marks the file as ours, so that a foreign database is never written into (SQLite, `application_id`). */
const applicationId = 0x53574952;

/** Step i leads from version i to i + 1; the version is SQLite's `user_version`. */
export const migrations: readonly Migration[] = [
  (db) =>
    db.exec(`
      CREATE TABLE heads (
        workflow TEXT NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,
        tenant TEXT,
        epoch TEXT NOT NULL,
        seq INTEGER NOT NULL,
        status TEXT,
        -- 1 while there is something to show: it has an update and was not forgotten.
        listed INTEGER NOT NULL,
        due_at INTEGER,
        expires_at INTEGER,
        json TEXT NOT NULL,
        PRIMARY KEY (workflow, id)
      );
      CREATE INDEX heads_of_tenant ON heads (tenant, epoch, workflow, id) WHERE listed = 1;
      CREATE INDEX heads_of_workflow ON heads (tenant, workflow, epoch, id) WHERE listed = 1;
      CREATE INDEX heads_of_status ON heads (tenant, status, epoch, workflow, id) WHERE listed = 1;
      CREATE INDEX heads_of_workflow_status ON heads (tenant, workflow, status, epoch, id) WHERE listed = 1;
      CREATE INDEX heads_due ON heads (due_at, workflow, id) WHERE due_at IS NOT NULL;

      CREATE TABLE updates (
        -- Order of commit over all executions. The outbox is the updates above its mark, so it costs no second copy.
        n INTEGER PRIMARY KEY,
        workflow TEXT NOT NULL,
        id TEXT NOT NULL,
        epoch TEXT NOT NULL,
        seq INTEGER NOT NULL,
        json TEXT NOT NULL,
        UNIQUE (workflow, id, epoch, seq)
      );
      CREATE TABLE outbox (mark INTEGER NOT NULL);
      INSERT INTO outbox VALUES (0);
      -- Logs whose updates up to n, of other epochs than this, go as soon as the outbox has passed n.
      CREATE TABLE superseded (
        n INTEGER NOT NULL,
        workflow TEXT NOT NULL,
        id TEXT NOT NULL,
        epoch TEXT NOT NULL
      );
      CREATE INDEX superseded_by_n ON superseded (n);

      CREATE TABLE intakes (
        workflow TEXT NOT NULL,
        id TEXT NOT NULL,
        json TEXT NOT NULL,
        PRIMARY KEY (workflow, id)
      );
      CREATE TABLE idempotency (
        tenant TEXT NOT NULL,
        idempotency_key TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        json TEXT NOT NULL,
        PRIMARY KEY (tenant, idempotency_key)
      );
      CREATE INDEX idempotency_expiry ON idempotency (expires_at);

      CREATE TABLE bindings (workflow TEXT PRIMARY KEY, machine_arn TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE dead_letters (id TEXT PRIMARY KEY, json TEXT NOT NULL);
      CREATE TABLE keys (
        id TEXT PRIMARY KEY,
        tenant TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        json TEXT NOT NULL
      );
      CREATE TABLE endpoints (
        tenant TEXT NOT NULL,
        id TEXT NOT NULL,
        json TEXT NOT NULL,
        PRIMARY KEY (tenant, id)
      );

      CREATE TABLE deliveries (
        endpoint_id TEXT NOT NULL,
        workflow TEXT NOT NULL,
        id TEXT NOT NULL,
        tenant TEXT NOT NULL,
        epoch TEXT NOT NULL,
        seq INTEGER NOT NULL,
        sent_seq INTEGER,
        failures INTEGER NOT NULL,
        failing_since INTEGER,
        due_at INTEGER,
        -- Holder of the claim; null while nobody has it.
        token TEXT,
        -- The earliest wake during the claim.
        woken_at INTEGER,
        -- When to look next: due_at, or the end of the lease while claimed.
        next_at INTEGER,
        PRIMARY KEY (endpoint_id, workflow, id)
      ) WITHOUT ROWID;
      CREATE INDEX deliveries_next ON deliveries (next_at) WHERE next_at IS NOT NULL;
    `),
  // What is stored about one execution is found when it is forgotten (S4).
  (db) =>
    db.exec(`
      CREATE INDEX idempotency_of_execution ON idempotency (json ->> '$.workflow', json ->> '$.id');
      CREATE INDEX dead_letters_of_execution ON dead_letters (json ->> '$.key.workflow', json ->> '$.key.id');
    `),
  (db) =>
    db.exec(`
      -- When the upkeep has to come: the log expires or, of a marker, the marker's end.
      ALTER TABLE heads ADD COLUMN purge_at INTEGER;
      UPDATE heads SET purge_at = coalesce(json_extract(json, '$.goneUntil'), expires_at);
      CREATE INDEX heads_purge ON heads (purge_at) WHERE purge_at IS NOT NULL;
      -- Only logs this long are looked at for trimming; few are, so that commits hardly ever touch this index.
      CREATE INDEX heads_long ON heads (seq) WHERE seq > 1000;
      -- A row says that this file is a copy which no service has opened yet; the original has none.
      CREATE TABLE copies (made_at INTEGER NOT NULL);
    `),
  // Who holds a delivery cursor is known in memory only; what was held is due.
  (db) =>
    db.exec(`
      DROP INDEX deliveries_next;
      UPDATE deliveries SET due_at = coalesce(due_at, 0) WHERE token IS NOT NULL;
      ALTER TABLE deliveries DROP COLUMN next_at;
      ALTER TABLE deliveries DROP COLUMN woken_at;
      ALTER TABLE deliveries DROP COLUMN token;
      CREATE INDEX deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL;
    `),
  // The first key is no longer stored: it counts as long as its variable or file says it.
  (db) => db.exec("DELETE FROM keys WHERE tenant = 'default' AND json ->> '$.label' = 'first key'"),
  // Clocks decide neither where an endpoint begins nor, once set back, how long a retry waits.
  (db) =>
    db.exec(`
      -- Number of the last update that was there before the endpoint.
      ALTER TABLE endpoints ADD COLUMN after_n INTEGER NOT NULL DEFAULT 0;
      UPDATE endpoints SET after_n = coalesce((
        SELECT n FROM updates
        WHERE json ->> '$.recordedAt' < strftime('%Y-%m-%dT%H:%M:%fZ', (endpoints.json ->> '$.createdAt') / 1000.0, 'unixepoch')
        ORDER BY n DESC LIMIT 1), 0);
      -- When due_at was set.
      ALTER TABLE deliveries ADD COLUMN set_at INTEGER;
    `),
];

/**
 * Brings the database to the newest version, each step in a transaction of its own together with its version number.
 * Throws a sentence for the operator when the file belongs to a newer program or to another one.
 */
export function migrate(db: DatabaseSync, file: string, steps: readonly Migration[] = migrations): void {
  const version = pragma(db, 'user_version');
  if (version > steps.length) {
    throw new Error(
      `The database ${file} has schema version ${version}, but this program knows only ${steps.length}: ` +
        'it was written by a newer Statuswire. Start that version, or use another data folder.',
    );
  }
  if (pragma(db, 'application_id') !== applicationId) {
    const tables = db.prepare('SELECT count(*) AS count FROM sqlite_schema').get();
    if (version > 0 || tables?.count !== 0) {
      throw new Error(`The file ${file} is a database of another program. Use another data folder.`);
    }
  }
  for (let from = version; from < steps.length; from++) {
    db.exec('BEGIN IMMEDIATE');
    try {
      steps[from]?.(db);
      db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${from + 1}; COMMIT`);
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}
