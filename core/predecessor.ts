import type { Position } from './cursor.ts';
import { maxUpdatesPerCommit } from './limits.ts';
import type { Change } from './ports.ts';

/**
 * Where the stored log must stand for this change to follow without a gap: found by walking back from the new head over
 * the updates. Seq 0 means that the change begins its epoch, so that the log may also stand in another one. Throws a
 * RangeError where the change contradicts itself: a mistake of the program, not a conflict.
 */
export function predecessor({ key, expectedVersion, head, updates }: Change): Position {
  const refuse = (what: string): never => {
    throw new RangeError(`${key.workflow}/${key.id}: ${what}.`);
  };
  if (updates.length > maxUpdatesPerCommit) {
    refuse(`${updates.length} updates in one change, at most ${maxUpdatesPerCommit}`);
  }
  if (head.version !== expectedVersion + 1) refuse(`version ${head.version} does not follow ${expectedVersion}`);
  if (![head, ...updates].every(({ workflow, id }) => workflow === key.workflow && id === key.id)) {
    refuse('the change is about more than one execution');
  }
  let at: Position = { epoch: head.epoch, seq: head.seq };
  for (const { epoch, seq } of updates.toReversed()) {
    // The first update of an epoch has been passed: what comes before it are the last words of the epoch before.
    if (at.seq === 0 && epoch !== at.epoch) at = { epoch, seq };
    if (epoch !== at.epoch || seq !== at.seq || seq < 1) refuse(`seq ${seq} of ${epoch} where ${at.seq} belongs`);
    at = { epoch, seq: seq - 1 };
  }
  return at;
}

/** Whether what is stored stands where a change goes on. */
export function isPrecededBy({ epoch, seq }: Position, stored: Position | null): boolean {
  if (stored?.epoch === epoch) return stored.seq === seq;
  return seq === 0;
}
