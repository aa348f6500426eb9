import type { Bundle } from '../../../resolvers/build/bundle.ts';
import { createSandbox } from './sandbox.ts';
import { createUtils, type FieldError, type Run } from './util.ts';

/** Who a request comes from, as AppSync's context has it. */
export type Identity =
  | { readonly type: 'lambda'; readonly resolverContext: unknown }
  | { readonly type: 'iam' }
  | { readonly type: 'oidc'; readonly claims: object }
  | { readonly type: 'none' };

export interface Call {
  readonly args: object;
  readonly identity: Identity;
  /** Environment variables of the API. @default none */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** What came of a field. */
export type Resolved =
  | { readonly type: 'data'; readonly data: unknown; readonly errors: readonly FieldError[]; readonly filter: unknown }
  | { readonly type: 'error'; readonly error: FieldError };

/** A unit resolver: its request handler, its data source, its response handler. Only JSON passes between them. */
export interface Resolver {
  readonly bundle: Bundle;
  /** With a data source of type NONE. */
  readonly runLocal: (call: Call) => Resolved;
  /** @param invoke The Lambda; it may reject, as Lambdas do. */
  readonly run: (call: Call, invoke: (payload: unknown) => Promise<unknown>) => Promise<Resolved>;
}

/** `authType` of util: for the Lambda authorizer's the guide has no word, and nothing here may depend on it. */
const authTypes = {
  lambda: 'Lambda Authorization',
  iam: 'IAM Authorization',
  oidc: 'Open ID Connect Authorization',
  none: 'API Key Authorization',
} as const;

function identityOf(identity: Identity): object | null {
  switch (identity.type) {
    case 'lambda':
      return { resolverContext: identity.resolverContext };
    case 'iam':
      return { accountId: '111122223333', userArn: 'arn:aws:sts::111122223333:assumed-role/publisher/x' };
    case 'oidc':
      return { claims: identity.claims, issuer: 'https://issuer.test', sub: 'somebody' };
    case 'none':
      return null;
  }
}

/** A resolver crashed: AppSync tells no more than that. */
const crashed: FieldError = { errorType: 'Code', message: 'Runtime Error' };

export function createResolver(bundle: Bundle): Resolver {
  let current: Run | null = null;
  const utils = createUtils(bundle.field, () => {
    if (!current) throw new Error('No handler runs.');
    return current;
  });
  const sandbox = createSandbox(bundle.code, utils);

  /** @returns `early` when the handler said that all is over. */
  const handle = (name: 'request' | 'response', { args, identity, env = {}, now = Date.now }: Call, extra: object) => {
    const mayFilter = name === 'response' && bundle.field.startsWith('Subscription.');
    const run: Run = {
      authType: authTypes[identity.type],
      mayFilter,
      now,
      errors: [],
      filter: null,
      interruption: null,
    };
    const ctx = { args, arguments: args, identity: identityOf(identity), stash: {}, env, ...extra };
    const dataOf = (data: unknown, early: boolean) => {
      return { early, resolved: { type: 'data', data, errors: run.errors, filter: run.filter } } as const;
    };
    current = run;
    try {
      return dataOf(JSON.parse(sandbox[name](JSON.stringify(ctx))), false);
    } catch {
      const { interruption } = run;
      if (interruption?.type === 'return') return dataOf(interruption.value, true);
      return { early: true, resolved: interruption ?? ({ type: 'error', error: crashed } as const) } as const;
    } finally {
      current = null;
    }
  };

  const payloadOf = (resolved: Resolved): unknown => {
    const { payload } = ((resolved.type === 'data' && resolved.data) || {}) as { readonly payload?: unknown };
    return payload ?? null;
  };

  return {
    bundle,
    runLocal(call) {
      const { early, resolved } = handle('request', call, {});
      return early ? resolved : handle('response', call, { result: payloadOf(resolved) }).resolved;
    },
    async run(call, invoke) {
      const { early, resolved } = handle('request', call, {});
      if (early) return resolved;
      const told = await invoke(payloadOf(resolved)).then(
        (result) => ({ result }),
        (error: unknown) => ({ result: null, error: { type: 'Lambda:Unhandled', message: String(error) } }),
      );
      return handle('response', call, told).resolved;
    },
  };
}
