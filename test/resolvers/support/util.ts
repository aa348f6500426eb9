import { randomUUID } from 'node:crypto';
import { toSubscriptionFilter } from './subscription-filter.ts';

/** One error of a field. */
export interface FieldError {
  readonly message: string;
  readonly errorType: string;
}

/** How a handler ends without returning. */
export type Interruption =
  | { readonly type: 'error'; readonly error: FieldError }
  | { readonly type: 'return'; readonly value: unknown };

/** One run of a handler: what it is told beside its context, and what it did. */
export interface Run {
  /** `util.authType()`'s answer. */
  readonly authType: string;
  /** `setSubscriptionFilter` is for response handlers of subscriptions alone. */
  readonly mayFilter: boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly errors: FieldError[];
  filter: unknown;
  interruption: Interruption | null;
}

/**
 * `util`, `extensions` and `runtime`, as far as the AppSync Developer Guide describes them and a resolver here may need
 * them.
 *
 * @param field `Type.field`.
 * @param run The handler that runs now.
 */
export function createUtils(field: string, run: () => Run): object {
  const [type, name] = field.split('.');
  const errorOf = (message: unknown, errorType: unknown): FieldError => ({
    message: String(message),
    errorType: String(errorType ?? 'Custom'),
  });
  const interrupt = (interruption: Interruption): never => {
    run().interruption = interruption;
    // Through the resolver, which can catch nothing.
    throw new Error('interrupted');
  };
  return {
    util: {
      error: (message: unknown, errorType?: unknown) =>
        interrupt({ type: 'error', error: errorOf(message, errorType) }),
      appendError: (message: unknown, errorType?: unknown) => {
        run().errors.push(errorOf(message, errorType));
      },
      unauthorized: () =>
        interrupt({
          type: 'error',
          error: errorOf(`Not Authorized to access ${name} on type ${type}`, 'Unauthorized'),
        }),
      authType: () => run().authType,
      autoId: () => randomUUID(),
      matches: (pattern: string, text: string) => new RegExp(pattern).test(text),
      time: {
        nowISO8601: () => new Date(run().now()).toISOString(),
        nowEpochSeconds: () => Math.floor(run().now() / 1_000),
        nowEpochMilliSeconds: () => run().now(),
      },
      transform: { toSubscriptionFilter },
    },
    extensions: {
      setSubscriptionFilter: (filter: unknown) => {
        if (!run().mayFilter) throw new Error('setSubscriptionFilter is for the response handler of a subscription.');
        run().filter = filter;
      },
    },
    runtime: { earlyReturn: (value: unknown = null) => interrupt({ type: 'return', value }) },
  };
}
