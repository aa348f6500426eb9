import type { Status, Update } from '../../core/contract.ts';

/** What went wrong, for a `switch`. */
export type StatusErrorCode =
  /** The token was refused, and so was a fresh one. */
  | 'unauthorized'
  /** There is no such execution, or this caller may not see it (alike on purpose). It may still come. */
  | 'not-found'
  /** The id belongs to another execution. */
  | 'conflict'
  /** The service does not take this request: a malformed cursor, an input too large. */
  | 'invalid'
  /** The service cannot be reached, or not now. Watches retry this by themselves and never give up. */
  | 'unavailable'
  /** What answered does not speak the contract, as a proxy's own page does. Retried like `unavailable`. */
  | 'bad-answer'
  /** The channel asked for does not exist in this deployment or in this runtime. */
  | 'unsupported'
  /** The handle or its client was closed. */
  | 'closed'
  /** The execution ended in another status than SUCCEEDED. */
  | 'execution-failed';

/** What an execution that failed tells; on errors of the code `execution-failed`. */
export interface ExecutionFailure {
  readonly code: 'execution-failed';
  readonly status: Status;
  /** Step Functions' error name; null when the failure has none. */
  readonly errorName: string | null;
  /** The workflow's own cause; null unless the projection lets it out. */
  readonly cause: string | null;
  readonly update: Update;
}

interface Details {
  readonly cause?: unknown;
  readonly retryAfterMs?: number | null;
  readonly update?: Update | null;
}

const hints: { readonly [code in StatusErrorCode]: string } = {
  unauthorized: 'Check the token.',
  'not-found': 'Check workflow, id and token.',
  conflict: 'Choose another.',
  invalid: 'Correct the request.',
  unavailable: 'Try again later.',
  'bad-answer': 'Check the url and proxies.',
  unsupported: "Use channels: 'auto'.",
  closed: 'Create a new one.',
  'execution-failed': 'See errorName and cause.',
};

/** Every error of this package. Aborts are none: they reject with the signal's own reason. */
export class StatuswireError extends Error {
  declare readonly name: 'StatuswireError';
  declare readonly code: StatusErrorCode;
  /** The same call may succeed later without a change. */
  declare readonly retryable: boolean;
  /** What to do about it. */
  declare readonly hint: string;
  /** How long the service wants to be left alone, in ms; null when it did not say. */
  declare readonly retryAfterMs: number | null;
  /** `execution-failed` only. */
  declare readonly update: Update | null;
  declare readonly status: Status | null;
  declare readonly errorName: string | null;

  constructor(code: StatusErrorCode, message: string, { cause, retryAfterMs = null, update = null }: Details = {}) {
    const hint = hints[code];
    // What is quoted often ends with a full stop of its own.
    super(`${message.replace(/\.*$/, '.')} ${hint}`, { cause });
    Object.assign(this, {
      name: 'StatuswireError',
      code,
      retryable: code === 'unavailable' || code === 'bad-answer',
      hint,
      retryAfterMs,
      update,
      status: update?.status ?? null,
      errorName: update?.error?.name ?? null,
    });
  }
}

/** The failure that an update in a terminal status other than SUCCEEDED stands for. */
export const executionFailed = (update: Update): StatuswireError =>
  new StatuswireError('execution-failed', `${update.workflow}/${update.id} ended as ${update.status}.`, {
    update,
    cause: update.error?.cause ?? null,
  });

/** Any error as one of ours: what is not, came from the network or from the token function. */
export const asStatusError = (error: unknown): StatuswireError =>
  isStatusError(error) ? error : new StatuswireError('unavailable', messageOf(error), { cause: error });

/** What an error of any kind says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`);

/** Whether an error is one of this package, of one code when given. Holds over several copies of the package. */
export function isStatusError(error: unknown): error is StatuswireError;
export function isStatusError(error: unknown, code: 'execution-failed'): error is StatuswireError & ExecutionFailure;
export function isStatusError<C extends StatusErrorCode>(
  error: unknown,
  code: C,
): error is StatuswireError & { readonly code: C };
export function isStatusError(error: unknown, code?: StatusErrorCode): boolean {
  return (
    error instanceof Error && error.name === 'StatuswireError' && (!code || (error as StatuswireError).code === code)
  );
}
