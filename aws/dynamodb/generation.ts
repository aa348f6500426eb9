import type { Update } from '../../core/contract.ts';
import { encodeCursor } from '../../core/cursor.ts';
import type { Head } from '../../core/head.ts';

/** Crockford's base 32, as ULIDs are written (github.com/ulid/spec). */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The digit of a ULID to which the generation is added: in the middle of its 16 random ones, so that a million
 * generations move no epoch by a millisecond.
 */
const place = 17;
const most = 1_000_000;

/** Epochs as they are stored, and as readers see them. */
export interface Generation {
  readonly storedEpoch: (shown: string) => string;
  readonly shownEpoch: (stored: string) => string;
  readonly storedHead: (shown: Head) => Head;
  readonly shownHead: (stored: Head) => Head;
  readonly storedUpdate: (shown: Update) => Update;
  readonly shownUpdate: (stored: Update) => Update;
}

/**
 * After a point-in-time restore, readers hold cursors into a history that the table no longer has. A raised generation
 * gives every log a new epoch in their eyes, so that they get a snapshot (S20, S36); nothing stored is rewritten, and
 * epochs keep their order. 0 changes nothing. Throws a RangeError for anything but an integer from 0 to 1,000,000.
 */
export function createGeneration(generation: number): Generation {
  if (!Number.isInteger(generation) || generation < 0 || generation > most) {
    throw new RangeError(`The generation must be an integer from 0 to ${most}, not ${generation}.`);
  }
  const by = (step: number) => {
    const epoch = (text: string): string => add(text, step);
    const update = (from: Update): Update => {
      if (step === 0) return from;
      const moved = { epoch: epoch(from.epoch), seq: from.seq };
      return { ...from, ...moved, cursor: encodeCursor(moved) };
    };
    const head = (from: Head): Head =>
      step === 0 ? from : { ...from, epoch: epoch(from.epoch), last: from.last && update(from.last) };
    return { epoch, update, head };
  };
  const [shown, stored] = [by(generation), by(-generation)];
  return {
    storedEpoch: stored.epoch,
    shownEpoch: shown.epoch,
    storedHead: stored.head,
    shownHead: shown.head,
    storedUpdate: stored.update,
    shownUpdate: shown.update,
  };
}

/** Adds at `place`, with carry; '' (no epoch yet) stays. */
function add(epoch: string, step: number): string {
  if (step === 0 || epoch === '') return epoch;
  const result = [...epoch];
  let carry = step;
  for (let index = place; index >= 0 && carry !== 0; index--) {
    const digit = digits.indexOf(result[index] ?? '?');
    if (digit < 0) throw new RangeError(`${epoch} is no ULID.`);
    const sum = digit + carry;
    result[index] = digits.charAt(((sum % 32) + 32) % 32);
    carry = Math.floor(sum / 32);
  }
  return result.join('');
}
