import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Claim, Deliveries, Delivery, DeliveryKey } from '../../core/ports.ts';
import { type Held, holders } from './holders.ts';
import { slice } from './slice.ts';
import type { GroupWriter } from './writer.ts';

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

/** A clock that is set back by less only makes waits that much longer. */
const backMs = 1_000;

const ofKey = 'endpoint_id = ? AND workflow = ? AND id = ?';

/**
 * Cursors are rows; who holds one is known in memory only, because one process has the file at a time. A row stays due
 * while somebody holds it, so after a crash its work is due again at once, and taking it costs no commit.
 */
export function createDeliveries(
  db: DatabaseSync,
  writer: Pick<GroupWriter, 'write' | 'afterCommit'>,
  newToken: () => string = randomUUID,
): Deliveries {
  const wake = db.prepare(`
    UPDATE deliveries SET due_at = $at, set_at = $at
    WHERE endpoint_id = $endpointId AND workflow = $workflow AND id = $id
      AND (due_at IS NULL OR (failures = 0 AND due_at > $at))`);
  // It begins in the present log after what was there before its endpoint (S31); below, where that is trimmed.
  const make = db.prepare(`
    INSERT INTO deliveries (endpoint_id, workflow, id, tenant, epoch, seq, failures, due_at, set_at)
    VALUES ($endpointId, $workflow, $id, $tenant, coalesce((
      SELECT epoch FROM heads WHERE workflow = $workflow AND id = $id), ''), coalesce((
      SELECT u.seq FROM updates u JOIN heads h ON h.workflow = u.workflow AND h.id = u.id AND h.epoch = u.epoch
      WHERE u.workflow = $workflow AND u.id = $id
        AND u.n <= (SELECT after_n FROM endpoints WHERE tenant = $tenant AND id = $endpointId)
      ORDER BY u.seq DESC LIMIT 1), 0), 0, $at, $at)`);
  const select = db.prepare(`SELECT * FROM deliveries WHERE ${ofKey}`);
  const selectDue = db.prepare(
    'SELECT endpoint_id, workflow, id, due_at FROM deliveries WHERE due_at <= ? ORDER BY due_at LIMIT ?',
  );
  const selectWaiting = db.prepare(
    'SELECT endpoint_id, workflow, id, due_at FROM deliveries WHERE due_at IS NOT NULL ORDER BY due_at LIMIT ?',
  );
  const advance = db.prepare(
    `UPDATE deliveries SET epoch = ?, seq = ?, sent_seq = ?, failures = ?, failing_since = ? WHERE ${ofKey}`,
  );
  const release = db.prepare(`
    UPDATE deliveries SET epoch = ?, seq = ?, sent_seq = ?, failures = ?, failing_since = ?, due_at = ?, set_at = ?
    WHERE ${ofKey}`);
  // What was set at a time that is yet to come was set before the clock was set back.
  const hasten = db.prepare(`
    UPDATE deliveries SET due_at = $now, set_at = $now WHERE (endpoint_id, workflow, id) IN (
      SELECT endpoint_id, workflow, id FROM deliveries WHERE due_at > $now AND set_at > $ahead LIMIT $limit)`);
  const removeEndpoint = db.prepare('DELETE FROM deliveries WHERE endpoint_id = ?');
  const isAnyAhead = db.prepare('SELECT 1 FROM deliveries WHERE due_at > ? AND set_at > ? LIMIT 1');
  const held = holders();
  /** What the clock showed last; at the start it may have been set back already. */
  let shown = Number.POSITIVE_INFINITY;

  /** Retries must not wait for a clock that was set back to come round again. */
  async function followClock(now: number): Promise<void> {
    const isBack = now < shown - backMs;
    shown = now;
    for (let more = isBack && isAnyAhead.get(now, now + backMs) !== undefined; more; ) {
      ({ more } = await writer.write(() =>
        slice((limit) => Number(hasten.run({ now, ahead: now + backMs, limit }).changes)),
      ));
    }
  }

  function wakeOne(target: DeliveryKey & { readonly tenant: string }, at: number): void {
    const holder = held.of(target);
    const { endpointId, workflow, id, tenant } = target;
    if (holder && !holder.released) {
      // What is held is due in its row. Without a row it was forgotten, and this is another run's cursor.
      if (select.get(...parts(target))) {
        holder.wokenAt = Math.min(holder.wokenAt ?? at, at);
        return;
      }
      held.drop(target, holder);
    }
    if (wake.run({ endpointId, workflow, id, at }).changes > 0 || select.get(...parts(target))) return;
    make.run({ endpointId, workflow, id, tenant, at });
  }

  /** Rows in order of their time, without those that somebody holds. */
  function free(rows: readonly unknown[], limit: number, now: number | null): readonly Row[] {
    return (rows as Row[]).filter((row) => !held.isHeld(keyOf(row), now)).slice(0, limit);
  }

  return {
    async wake(targets, at) {
      if (targets.length === 0) return;
      await writer.write(() => {
        for (const target of targets) wakeOne(target, at);
      });
    },
    async due(now, limit) {
      await followClock(now);
      return free(selectDue.all(now, limit + held.size()), limit, now).map(keyOf);
    },
    async nextDue() {
      const [first] = free(selectWaiting.all(1 + held.size()), 1, null);
      const times = [first?.due_at ?? null, held.firstEnd()].filter((time) => time !== null);
      return times.length > 0 ? Math.min(...times) : null;
    },
    async claim(key, now, leaseUntil) {
      if (held.isHeld(key, now)) return null;
      const row = select.get(...parts(key)) as Row | undefined;
      if (!row || row.due_at === null || row.due_at > now) return null;
      const token = newToken();
      held.take(key, { token, takenAt: now, leaseUntil, wokenAt: null, released: false });
      return { delivery: toDelivery(row), leaseUntil, token };
    },
    advance: ({ delivery: key, token }, delivery, leaseUntil) =>
      writer.write(() => {
        const holder = held.of(key);
        if (holder?.token !== token || advance.run(...progress(delivery), ...parts(key)).changes === 0) return false;
        holder.leaseUntil = leaseUntil;
        return true;
      }),
    async release({ delivery: key, token }, delivery) {
      const holder = held.of(key);
      if (holder?.token !== token) return false;
      try {
        return await writer.write(() => letGo(key, holder, delivery));
      } catch (error) {
        // Undone: whoever wakes it now has to tell the holder again.
        holder.released = false;
        throw error;
      }
    },
    async removeEndpoint(endpointId) {
      await writer.write(() => removeEndpoint.run(endpointId));
    },
  };

  /** Inside a work. From here on a wake finds the row as any other; the memory follows with the commit. */
  function letGo(key: Claim['delivery'], holder: Held, delivery: Delivery): boolean {
    if (held.of(key) !== holder) return false;
    const dueAt = dueAfter(delivery, holder.wokenAt);
    const setAt = dueAt === delivery.dueAt ? (delivery.setAt ?? null) : holder.wokenAt;
    const { changes } = release.run(...progress(delivery), dueAt, setAt, ...parts(key));
    holder.released = true;
    writer.afterCommit(() => held.drop(key, holder));
    return changes === 1;
  }
}

/** A wake during the claim counts like one after it: due then, unless the cursor waits after failures. */
function dueAfter({ dueAt, failures }: Delivery, wokenAt: number | null): number | null {
  if (wokenAt === null || (failures > 0 && dueAt !== null)) return dueAt;
  return Math.min(dueAt ?? wokenAt, wokenAt);
}

function parts({ endpointId, workflow, id }: DeliveryKey) {
  return [endpointId, workflow, id] as const;
}

function keyOf({ endpoint_id, workflow, id }: Row): DeliveryKey {
  return { endpointId: endpoint_id, workflow, id };
}

function progress({ epoch, seq, sentSeq, failures, failingSince }: Delivery) {
  return [epoch, seq, sentSeq, failures, failingSince] as const;
}

function toDelivery(row: Row): Delivery {
  const { workflow, id, tenant, epoch, seq, failures } = row;
  const rest = { sentSeq: row.sent_seq, failingSince: row.failing_since, dueAt: row.due_at };
  return { endpointId: row.endpoint_id, workflow, id, tenant, epoch, seq, failures, ...rest };
}
