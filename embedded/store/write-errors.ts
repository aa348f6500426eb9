import { unavailable } from '../../core/unavailable.ts';

/**
 * SQLite's primary result codes (sqlite.org/rescode.html) of trouble with the place where the file lies, not with the
 * statement: BUSY, READONLY, IOERR, FULL, CANTOPEN.
 */
const ofThePlace = new Set([5, 8, 10, 13, 14]);

/** The error that a refused write rejects with: marked as `unavailable` where the same write may succeed later. */
export function writeError(error: unknown): unknown {
  return isOfThePlace(error) ? unavailable(`The store cannot write now: ${error.message}`, error) : error;
}

/** The extended code holds the primary one in its lowest byte. */
function isOfThePlace(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    ofThePlace.has(error.errcode & 0xff)
  );
}
