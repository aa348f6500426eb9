/** A state failed, in Step Functions' terms. */
export class StateFailure extends Error {
  /** Error name; null for a Fail state without one. */
  readonly error: string | null;
  /** Cause; null when there is none. */
  readonly causeText: string | null;

  constructor(error: string | null, causeText: string | null) {
    super(causeText ?? error ?? 'failed');
    this.name = 'StateFailure';
    this.error = error;
    this.causeText = causeText;
  }
}

/** Any thrown thing as a failure; what is none of ours is a fault of the definition or its data: `States.Runtime`. */
export function asFailure(error: unknown): StateFailure {
  if (error instanceof StateFailure) return error;
  return new StateFailure('States.Runtime', error instanceof Error ? error.message : String(error));
}

/** `error` and `cause` as history records hold them: what there is none of is left out. */
export function failureDetails({ error, cause }: { readonly error: string | null; readonly cause: string | null }): {
  readonly [key: string]: string;
} {
  return { ...(error === null ? {} : { error }), ...(cause === null ? {} : { cause }) };
}
