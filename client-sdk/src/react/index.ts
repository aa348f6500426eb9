'use client';

/** React bindings: shared watches as external stores. Importing has no effect. */

import { createStatusHooks, type StatusHooks } from './hooks.ts';

const hooks: StatusHooks<Record<string, unknown>> = createStatusHooks();

/** The execution as it is now; see `UseStatus`. Typed for your workflows by `createStatusHooks`. */
export const useStatus = hooks.useStatus;
/** Every update so far, with the channel it came by; see `UseUpdates`. */
export const useUpdates = hooks.useUpdates;
/** The shared watch itself, for `explain()` and `result()`; see `UseWatch`. */
export const useWatch = hooks.useWatch;
/** What people should know of the connection; see `HumanConnection`. */
export const useConnection = hooks.useConnection;

export { StatusProvider } from './context.ts';
export { createStatusHooks, type StatusHooks } from './hooks.ts';
export type {
  Arrival,
  Execution,
  HumanConnection,
  ReadOptions,
  SharedWatch,
  SomeClient,
  StatusOptions,
  UseStatus,
  UseUpdates,
  UseWatch,
  WorkflowsOf,
} from './types.ts';
