/** `code` of the errors by which an engine says that it cannot write now: the disk is full, read-only, or throttled. */
export const unavailableCode = 'ERR_STATUSWIRE_UNAVAILABLE';

/** An error for which the answer is 503: nothing of the write was kept, and the same request may succeed later. */
export function unavailable(message: string, cause: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code: unavailableCode });
}

/** Is this, or what lies behind it, such an error? */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === unavailableCode) || isUnavailable(error.cause);
}
