import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Deliveries, Delivery, DeliveryKey } from '../../core/ports.ts';
import type { Writer } from './writer.ts';

interface Row {
  readonly endpoint_id: string;
  readonly workflow: string;
  readonly id: string;
  readonly tenant: string;
  readonly epoch: string;
  readonly seq: number;
  readonly sent_seq: number | null;
  readonly failures: number;
  readonly failing_since: number | null;
  readonly due_at: number | null;
}

const ofKey = 'endpoint_id = ? AND workflow = ? AND id = ?';

/**
 * `next_at` is the whole schedule: the due time of a cursor nobody holds, the end of the lease of one somebody holds (a
 * holder that has not let go by then has died, so its work is due again).
 */
export function createDeliveries(db: DatabaseSync, writer: Writer, newToken: () => string = randomUUID): Deliveries {
  const wake = db.prepare(`
    INSERT INTO deliveries (endpoint_id, workflow, id, tenant, epoch, seq, failures, due_at, next_at)
    VALUES (?1, ?2, ?3, ?4, '', 0, 0, ?5, ?5)
    ON CONFLICT DO UPDATE SET
      woken_at = CASE WHEN token IS NOT NULL THEN min(coalesce(woken_at, ?5), ?5) END,
      due_at = CASE WHEN token IS NULL THEN ?5 ELSE due_at END,
      next_at = CASE WHEN token IS NULL THEN ?5 ELSE next_at END
    WHERE token IS NOT NULL OR due_at IS NULL OR (failures = 0 AND due_at > ?5)`);
  const due = db.prepare(
    'SELECT endpoint_id, workflow, id FROM deliveries WHERE next_at <= ? ORDER BY next_at LIMIT ?',
  );
  const next = db.prepare('SELECT min(next_at) AS next FROM deliveries WHERE next_at IS NOT NULL');
  const claim = db.prepare(
    `UPDATE deliveries SET token = ?, next_at = ?, woken_at = NULL WHERE ${ofKey} AND next_at <= ? RETURNING *`,
  );
  const advance = db.prepare(`
    UPDATE deliveries SET epoch = ?, seq = ?, sent_seq = ?, failures = ?, failing_since = ?, due_at = ?, next_at = ?
    WHERE ${ofKey} AND token = ?`);
  const release = db.prepare(`
    UPDATE deliveries SET epoch = ?, seq = ?, sent_seq = ?, failures = ?, failing_since = ?, due_at = ?, next_at = ?,
      token = NULL, woken_at = NULL
    WHERE ${ofKey} AND token = ?`);
  const selectWoken = db.prepare(`SELECT woken_at FROM deliveries WHERE ${ofKey} AND token = ?`);
  const removeEndpoint = db.prepare('DELETE FROM deliveries WHERE endpoint_id = ?');

  return {
    async wake(targets, at) {
      if (targets.length === 0) return;
      await writer.write(() => {
        for (const { endpointId, workflow, id, tenant } of targets) wake.run(endpointId, workflow, id, tenant, at);
      });
    },
    async due(now, limit) {
      const rows = due.all(now, limit) as { endpoint_id: string; workflow: string; id: string }[];
      return rows.map(({ endpoint_id, workflow, id }): DeliveryKey => ({ endpointId: endpoint_id, workflow, id }));
    },
    async nextDue() {
      return (next.get() as { next: number | null } | undefined)?.next ?? null;
    },
    claim: (key, now, leaseUntil) =>
      writer.write(() => {
        const token = newToken();
        const row = claim.get(token, leaseUntil, ...parts(key), now) as Row | undefined;
        return row ? { delivery: toDelivery(row), leaseUntil, token } : null;
      }),
    advance: ({ delivery: key, token }, delivery, leaseUntil) =>
      writer.write(
        () => advance.run(...progress(delivery), delivery.dueAt, leaseUntil, ...parts(key), token).changes === 1,
      ),
    release: ({ delivery: key, token }, delivery) =>
      writer.write(() => {
        const held = selectWoken.get(...parts(key), token) as { woken_at: number | null } | undefined;
        if (!held) return false;
        const dueAt = dueAfter(delivery, held.woken_at);
        release.run(...progress(delivery), dueAt, dueAt, ...parts(key), token);
        return true;
      }),
    async removeEndpoint(endpointId) {
      await writer.write(() => removeEndpoint.run(endpointId));
    },
  };
}

/**
 * Makes due what a former process held: one process has the file at a time, so those holders are dead, and nobody need
 * wait for the end of their leases.
 */
export function releaseClaims(db: DatabaseSync): void {
  db.exec(`
    UPDATE deliveries SET due_at = coalesce(due_at, 0), next_at = coalesce(due_at, 0), token = NULL, woken_at = NULL
    WHERE token IS NOT NULL`);
}

/** A wake during the claim counts like one after it: due then, unless the cursor waits after failures. */
function dueAfter({ dueAt, failures }: Delivery, wokenAt: number | null): number | null {
  if (wokenAt === null || (failures > 0 && dueAt !== null)) return dueAt;
  return Math.min(dueAt ?? wokenAt, wokenAt);
}

function parts({ endpointId, workflow, id }: DeliveryKey) {
  return [endpointId, workflow, id] as const;
}

function progress({ epoch, seq, sentSeq, failures, failingSince }: Delivery) {
  return [epoch, seq, sentSeq, failures, failingSince] as const;
}

function toDelivery(row: Row): Delivery {
  const { workflow, id, tenant, epoch, seq, failures } = row;
  const rest = { sentSeq: row.sent_seq, failingSince: row.failing_since, dueAt: row.due_at };
  return { endpointId: row.endpoint_id, workflow, id, tenant, epoch, seq, failures, ...rest };
}
