import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examine } from '../../../embedded/doctor/examine.ts';
import { runnerSchema } from '../../../embedded/runner/schema.ts';
import { openStore, type Store } from '../../../embedded/store/index.ts';
import { epochOf, makeChange } from '../../support/make-update.ts';

let folder: string;
let file: string;
let store: Store;
const target = { endpointId: 'e1', workflow: 'orders', id: 'order-1', tenant: 'default' };
const run = (id: string, status: string, columns = '') =>
  `INSERT INTO runner_runs (arn, workflow, id, input, start_date, redrive_count, next_id, next_sequence, open, status)
   VALUES ('arn:${id}', 'orders', '${id}', '{}', 1, 0, 1, 1, '[]', '${status}'); ${columns}`;

/** A database with a bit of everything, and nothing wrong in it. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'statuswire-'));
  file = join(folder, 'statuswire.db');
  store = openStore({ file, timer: () => () => {} });
  const { key } = makeChange({ id: 'waiting' });
  const put = { ...key, tenant: 'default', intakeAttempt: 1, input: '{}', acceptedAt: 1 };
  const old = makeChange({ id: 'replaced', count: 2 });
  await store.log.commit([
    makeChange({ count: 5, head: { dueAt: 7 } }),
    makeChange({ id: 'ended', count: 2, update: { status: 'SUCCEEDED' }, head: { expiresAt: 9 } }),
    makeChange({ id: 'expired', count: 2, update: { status: 'FAILED' }, head: { expiresAt: 1 } }),
    makeChange({ id: 'held', count: 0, head: { tenant: null } }),
    { ...makeChange({ id: 'waiting' }), intake: { put } },
    old,
  ]);
  await store.log.commit([makeChange({ before: old.head, update: { epoch: epochOf(2) } })]);
  await store.upkeep()[0]?.run(1);
  await store.deliveries.wake([target], 1);
  const claim = await store.deliveries.claim(target, 1, 9);
  if (claim) await store.deliveries.release(claim, { ...claim.delivery, epoch: epochOf(1), seq: 4, sentSeq: 3 });
  await change(runnerSchema + run('order-1', 'RUNNING') + run('ended', 'SUCCEEDED'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const change = (sql: string) => store.writer.write((db) => db.exec(sql));
const found = () => [...examine(file)].map(({ check, key, problem }) => `${check} ${key?.id ?? '-'}: ${problem}`);

const breaks: readonly (readonly [sql: string, finding: string])[] = [
  ['UPDATE heads SET version = 9 WHERE id = $1', 'head order-1: column version is 9, its JSON says 1'],
  ['UPDATE heads SET due_at = NULL WHERE id = $1', 'head order-1: column due_at is null, its JSON says 7'],
  ["UPDATE heads SET purge_at = NULL WHERE id = 'ended'", 'head ended: column purge_at is null, its JSON says 9'],
  ['UPDATE heads SET listed = 0 WHERE id = $1', 'head order-1: column listed is 0, its JSON says 1'],
  ["UPDATE heads SET json = '{' WHERE id = $1", 'head order-1: the JSON cannot be read'],
  [
    "UPDATE heads SET json = json_set(json, '$.last.tenant', 'other') WHERE id = $1",
    'head order-1: the last update: tenant is other, the head says default',
  ],
  ['DELETE FROM updates WHERE id = $1 AND seq = 3', 'log order-1: after seq 2 comes 4'],
  ['DELETE FROM updates WHERE id = $1 AND seq = 5', 'log order-1: the log ends at seq 4, the head stands at 5'],
  ['DELETE FROM updates WHERE id = $1', 'log order-1: the log ends at seq 0, the head stands at 5'],
  [
    "UPDATE updates SET json = json_set(json, '$.status', 'FAILED') WHERE id = $1 AND seq = 5",
    'log order-1: the head has another last update than the log',
  ],
  [
    "UPDATE updates SET json = json_set(json, '$.tenant', 'other') WHERE id = $1 AND seq = 2",
    'log order-1: seq 2: tenant other, but the head has default',
  ],
  [
    "UPDATE updates SET json = json_set(json, '$.seq', 7) WHERE id = $1 AND seq = 2",
    'log order-1: seq 2: column seq is 2, its JSON says 7',
  ],
  [
    "UPDATE updates SET json = json_set(json, '$.cursor', 'x') WHERE id = $1 AND seq = 2",
    'log order-1: seq 2: the cursor is of another place',
  ],
  ['DELETE FROM heads WHERE id = $1', `log order-1: no log has 5 updates of epoch ${epochOf(1)}`],
  ["DELETE FROM superseded WHERE id = 'replaced'", `log replaced: no log has 2 updates of epoch ${epochOf(1)}`],
  ["DELETE FROM superseded WHERE id = 'expired'", `log expired: no log has 2 updates of epoch ${epochOf(1)}`],
  ['DELETE FROM outbox', 'outbox -: 0 marks instead of one'],
  ["UPDATE outbox SET mark = 'x'", 'outbox -: the mark is x'],
  [
    'UPDATE deliveries SET seq = 6',
    `delivery order-1: endpoint e1 stands at ${epochOf(1)}.6, the log only at ${epochOf(1)}.5`,
  ],
  [
    `UPDATE deliveries SET epoch = '${epochOf(3)}'`,
    `delivery order-1: endpoint e1 stands at ${epochOf(3)}.4, the log only at ${epochOf(1)}.5`,
  ],
  ['UPDATE deliveries SET sent_seq = 5', 'delivery order-1: endpoint e1 got seq 5, but stands at 4'],
  ["UPDATE deliveries SET id = 'none'", 'delivery none: endpoint e1 has a cursor, but there is no such execution'],
  ["UPDATE intakes SET id = 'none'", 'intake none: a start waits, but there is no such execution'],
  [run('none', 'RUNNING'), 'run none: it runs here, but has no log'],
  ["UPDATE runner_runs SET status = 'RUNNING'", 'run ended: it runs here, but its log has ended'],
  ["UPDATE runner_runs SET status = 'FAILED'", 'run order-1: it ended here as FAILED, but its log goes on'],
];

describe('doctor', () => {
  it('finds nothing wrong with a sound database, while the service has it open', () => {
    expect(found()).toEqual([]);
  });

  it.each(breaks)('finds what is wrong after: %s', async (sql, finding) => {
    await change(sql.replaceAll('$1', "'order-1'"));
    expect(found()).toContain(finding);
  });

  it('a log trimmed from the front, and an item still on its way from the runner, are sound', async () => {
    await change("DELETE FROM updates WHERE id = 'order-1' AND seq < 4");
    await change(
      "UPDATE runner_runs SET status = 'FAILED'; INSERT INTO runner_journal VALUES ('arn:order-1', 1, '{}')",
    );
    expect(found()).toEqual([]);
  });

  it('changes nothing, and refuses a database of another version', async () => {
    const version = () => store.writer.write((db) => db.prepare('PRAGMA data_version').get());
    const before = await version();
    found();
    expect(await version()).toEqual(before);
    await change('PRAGMA user_version = 1');
    expect(found).toThrow('has schema version 1');
  });

  it('tells what SQLite itself finds', async () => {
    await store.close();
    const db = new DatabaseSync(file);
    db.enableDefensive(false);
    db.exec(`PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, 'due_at IS NOT NULL', 'due_at IS NULL') WHERE name = 'heads_due'`);
    db.close();
    expect(found().filter((finding) => finding.startsWith('file'))).not.toEqual([]);
  });
});
