import type { Json } from '../../../core/contract.ts';
import { fits } from '../../../core/paths/json-bounds.ts';
import { mostDataBytes } from '../limits.ts';
import { StateFailure } from './failure.ts';

/** Bytes of the value as JSON in UTF-8. A value that is far too large is not written out: twice the limit stands for it. */
function sizeOf(value: Json): number {
  // The bound counts a little more than there is, never twice as much.
  return fits(value, 2 * mostDataBytes, Number.POSITIVE_INFINITY)
    ? Buffer.byteLength(JSON.stringify(value))
    : 2 * mostDataBytes;
}

function exceeded(state: string): StateFailure {
  return new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${state}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/** Fails a state whose output is over 256 KiB, as Step Functions does: data must not grow without end. */
export function checkSize(state: string, output: Json): void {
  if (sizeOf(output) > mostDataBytes) throw exceeded(state);
}

/** Takes the outputs that make up one list, and fails the state as soon as they are too large together. */
export function createSizeCheck(state: string): (output: Json) => void {
  let left = mostDataBytes;
  return (output) => {
    left -= sizeOf(output);
    if (left < 0) throw exceeded(state);
  };
}
