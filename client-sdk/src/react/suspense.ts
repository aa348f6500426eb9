'use client';

/** `useStatus` for Suspense. Importing has no effect. */

import { useCallback } from 'react';
import { StatuswireError } from '../errors.ts';
import type { StatusClient, StatusSnapshot } from '../index.ts';
import { useSelection } from './selection.ts';
import type { KnownSnapshot, SomeClient, SuspenseOptions, UseStatusSuspense, WorkflowsOf } from './types.ts';
import { type ExecutionSource, type HookArguments, readArguments, useSource } from './use-source.ts';

/** The hook for Suspense, typed for the workflows of one client. */
export interface SuspenseHooks<Workflows> {
  readonly useStatus: UseStatusSuspense<Workflows>;
}

const whole = (snapshot: KnownSnapshot): unknown => snapshot;
/** The snapshot while it shows nothing. */
const empty = (snapshot: StatusSnapshot) => (snapshot.status === null ? snapshot : null);

/** As `createStatusHooks` of `./react`, for Suspense. */
export function createSuspenseHooks<Client extends SomeClient = StatusClient>(
  client?: Client,
): SuspenseHooks<WorkflowsOf<Client>> {
  function useStatus(...args: HookArguments): unknown {
    const { execution, options } = readArguments<SuspenseOptions<unknown, unknown>>(args);
    const source = useSource(client ?? null, execution, options, 'latest');
    const select = options?.select ?? whole;
    const pick = useCallback(
      (snapshot: StatusSnapshot) => (snapshot.status === null ? null : select(snapshot)),
      [select],
    );
    const nothing = useSelection(source, empty);
    const picked = useSelection(source, pick);
    if (nothing) wait(source, nothing);
    return picked;
  }
  // The overloads are sorted out at run time, which the compiler cannot follow.
  return { useStatus } as SuspenseHooks<WorkflowsOf<Client>>;
}

/** Suspends on the store's own promise, or throws why nothing will come. */
function wait({ shared }: ExecutionSource, { error, connection }: StatusSnapshot): never {
  if (error && !error.retryable) throw error;
  if (connection.state === 'closed') throw new StatuswireError('closed', 'The client was closed.');
  if (!shared) throw new TypeError('Statuswire: useStatus of react/suspense needs an id; it cannot skip.');
  if (typeof window === 'undefined') {
    // React leaves the boundary's fallback in the page, and the browser goes on from there.
    throw new Error('Statuswire: nothing is read while a server renders. Pass { initial } to render it there.');
  }
  // React 18 has no `use`; both versions wait for a promise that is thrown.
  throw shared().ready();
}

/** The execution as it is now, from its first update on; see `UseStatusSuspense`. */
export const useStatus: UseStatusSuspense<Record<string, unknown>> = createSuspenseHooks().useStatus;

export type { KnownSnapshot, SuspenseOptions, UseStatusSuspense } from './types.ts';
