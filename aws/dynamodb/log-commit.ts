import { randomUUID } from 'node:crypto';
import { nameOf } from '../../core/name-of.ts';
import type { Change, Log } from '../../core/ports.ts';
import { predecessor } from '../../core/predecessor.ts';
import type { Generation } from './generation.ts';
import { headItem } from './head-item.ts';
import { idempotencyItem, idempotencyKey, idempotencyPointer, isFree } from './idempotency.ts';
import { intakeItem } from './intakes.ts';
import { conditionOf, type Expression, type Items, type TransactItem } from './items.ts';
import { inLanes } from './lanes.ts';
import type { Leftovers } from './leftovers.ts';
import { intakeSk, logPk } from './names.ts';
import { updateItems } from './update-items.ts';

export interface CommitOptions {
  readonly items: Items;
  readonly generation: Generation;
  readonly leftovers: Leftovers;
  /** Epoch milliseconds; tells which idempotency records still hold. */
  readonly now: () => number;
}

/** Transactions under way at once for one call. */
const width = 32;

/** `Log.commit`: one transaction for each change. All of them are looked through before the first is sent. */
export function createCommit(options: CommitOptions): Log['commit'] {
  const { items, generation, leftovers, now } = options;

  async function apply(change: Change): Promise<'ok' | 'conflict'> {
    const writes = writesOf(items.table, stored(change, generation), now());
    const outcome = await items.transact(writes, randomUUID());
    if (outcome.type === 'refused') {
      const [head] = outcome.reasons;
      if (head?.Code === 'ConditionalCheckFailed' && Number(head.Item?.version?.N ?? 0) === change.expectedVersion) {
        const { workflow, id } = change.key;
        throw new RangeError(`${workflow}/${id}: the change does not follow what is stored.`);
      }
      return 'conflict';
    }
    if (change.head.goneUntil !== null) {
      // Committed is committed: what fails here, the fan-out does once more when it comes to this head.
      await leftovers.clear(change.key, generation.storedEpoch(change.head.epoch)).catch(() => undefined);
    }
    return 'ok';
  }

  return async (changes) => {
    for (const change of changes) predecessor(change);
    return inLanes(changes, lanesOf, width, apply);
  };
}

/** Changes of one execution, or under one idempotency key, go one after the other. */
function lanesOf({ key, idempotency }: Change): readonly string[] {
  const execution = `execution ${nameOf(key)}`;
  if (!idempotency) return [execution];
  return [execution, idempotencyKey(idempotency.tenant, idempotency.idempotencyKey).pk];
}

function stored(change: Change, { storedHead, storedUpdate }: Generation): Change {
  return { ...change, head: storedHead(change.head), updates: change.updates.map(storedUpdate) };
}

/** The head comes first: its reason for a refusal is looked at. */
function writesOf(table: string, change: Change, now: number): readonly TransactItem[] {
  const { key, head, updates, intake, idempotency } = change;
  const pk = logPk(key);
  const put = (Item: Record<string, unknown>, condition?: Expression): TransactItem => ({
    Put: { TableName: table, Item, ...conditionOf(condition), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
  });
  const formerSeq = updates.findLast(({ epoch }) => epoch !== head.epoch)?.seq ?? null;
  const writes = [
    put(headItem(head, formerSeq), follows(change)),
    ...updateItems(pk, updates).map((item) => put(item)),
  ];
  if (head.goneUntil !== null || (intake && 'remove' in intake)) {
    writes.push({ Delete: { TableName: table, Key: { pk, sk: intakeSk } } });
  } else if (intake) writes.push(put(intakeItem(intake.put)));
  if (idempotency) {
    writes.push(put(idempotencyItem(idempotency), isFree(now)), put(idempotencyPointer(idempotency)));
  }
  return writes;
}

/** The stored head has the version expected, and stands where the change goes on. */
function follows(change: Change): Expression {
  const { epoch, seq } = predecessor(change);
  if (change.expectedVersion === 0 && seq === 0) return { text: 'attribute_not_exists(pk)' };
  const place = seq === 0 ? '(epoch <> :epoch OR seq = :seq)' : '(epoch = :epoch AND seq = :seq)';
  return {
    text: `#version = :version AND ${place}`,
    names: { '#version': 'version' },
    values: { ':version': change.expectedVersion, ':epoch': epoch, ':seq': seq },
  };
}
