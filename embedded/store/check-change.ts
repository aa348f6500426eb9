import type { Change } from '../../core/ports.ts';

/** DynamoDB takes 100 items in a transaction (`TransactWriteItems`): the head and 99 updates. Every engine holds it. */
const maxUpdates = 99;

/** Throws where a change contradicts itself: a mistake of the program, not a conflict. */
export function checkChange({ key, expectedVersion, head, updates }: Change): void {
  const name = `${key.workflow}/${key.id}`;
  if (updates.length > maxUpdates)
    throw new RangeError(`${name}: ${updates.length} updates in one change, at most 99.`);
  if (head.version !== expectedVersion + 1) {
    throw new RangeError(`${name}: head version ${head.version} does not follow ${expectedVersion}.`);
  }
  for (const { workflow, id } of [head, ...updates]) {
    if (workflow !== key.workflow || id !== key.id)
      throw new RangeError(`${name}: the change holds ${workflow}/${id}.`);
  }
}

/** Throws unless the updates follow what is stored without a gap, epoch by epoch, and end where the head stands. */
export function checkContiguous(stored: { readonly epoch: string; readonly seq: number } | null, change: Change): void {
  let { epoch, seq } = stored ?? { epoch: '', seq: 0 };
  for (const next of [...change.updates.map(({ epoch, seq }) => ({ epoch, seq, updates: 1 })), headOf(change)]) {
    const expected = (next.epoch === epoch ? seq : 0) + next.updates;
    if (next.seq !== expected) {
      const { workflow, id } = change.key;
      throw new RangeError(`${workflow}/${id}: seq ${next.seq} of epoch ${next.epoch} where ${expected} is next.`);
    }
    ({ epoch, seq } = next);
  }
}

/** The head adds no update of its own: it stands at the last one, or at 0 of a new epoch. */
function headOf({ head: { epoch, seq } }: Change): { epoch: string; seq: number; updates: number } {
  return { epoch, seq, updates: 0 };
}
