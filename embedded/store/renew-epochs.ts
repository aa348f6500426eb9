import { randomBytes } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Update } from '../../core/contract.ts';
import { encodeCursor } from '../../core/cursor.ts';
import type { Head } from '../../core/head.ts';
import { laterEpoch } from './later-epoch.ts';

/** Marks the open database as a copy: whoever serves from it first gives its logs new epochs. */
export function markAsCopy(db: DatabaseSync, now: number): void {
  db.prepare('INSERT INTO copies (made_at) VALUES (?)').run(now);
}

/**
 * Gives every log of a copy a new epoch, once. Readers may have seen updates that the copy never had; under the old
 * epochs their cursors would point into another history. Under new ones they get a snapshot (S20, S36). All epochs move
 * by one random step, so they keep their order, and a copy that is put back twice does not repeat its epochs.
 */
export function renewEpochs(db: DatabaseSync, random: (size: number) => Uint8Array = randomBytes): void {
  if (db.prepare('SELECT 1 FROM copies LIMIT 1').get() === undefined) return;
  // 72 bits: a step of under a millisecond of the 80 bits that a ULID has beside its time, and never the same twice.
  const by = BigInt(`0x${Buffer.from(random(9)).toString('hex')}`) + 1n;
  const renew = (epoch: string): string => (epoch === '' ? '' : laterEpoch(epoch, by));
  db.exec('BEGIN IMMEDIATE');
  try {
    db.function('renewed_epoch', (epoch: SQLInputValue) => renew(String(epoch)));
    db.function('renewed_update', (json: SQLInputValue) =>
      JSON.stringify(renewUpdate(JSON.parse(String(json)) as Update, renew)),
    );
    db.function('renewed_head', (json: SQLInputValue) =>
      JSON.stringify(renewHead(JSON.parse(String(json)) as Head, renew)),
    );
    db.exec(`
      UPDATE heads SET epoch = renewed_epoch(epoch), json = renewed_head(json);
      UPDATE updates SET epoch = renewed_epoch(epoch), json = renewed_update(json);
      UPDATE deliveries SET epoch = renewed_epoch(epoch);
      UPDATE superseded SET epoch = renewed_epoch(epoch);
      DELETE FROM copies;
      COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function renewUpdate(update: Update, renew: (epoch: string) => string): Update {
  const epoch = renew(update.epoch);
  return { ...update, epoch, cursor: encodeCursor({ epoch, seq: update.seq }) };
}

function renewHead(head: Head, renew: (epoch: string) => string): Head {
  return { ...head, epoch: renew(head.epoch), last: head.last && renewUpdate(head.last, renew) };
}
