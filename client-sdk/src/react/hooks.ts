import { useSyncExternalStore } from 'react';
import type { StatusClient, StatusSnapshot } from '../index.ts';
import { useClient } from './context.ts';
import { calm } from './human-signal.ts';
import { useSelection } from './selection.ts';
import { storeOf } from './store.ts';
import type {
  Arrival,
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
import { type HookArguments, readArguments, useSource } from './use-source.ts';

/** The hooks, typed for the workflows of one client. */
export interface StatusHooks<Workflows> {
  readonly useStatus: UseStatus<Workflows>;
  readonly useUpdates: UseUpdates<Workflows>;
  readonly useWatch: UseWatch<Workflows>;
  /** What people should know of the connection; see `HumanConnection`. */
  readonly useConnection: (options?: { readonly client?: SomeClient | undefined }) => HumanConnection;
}

const whole = (snapshot: StatusSnapshot): unknown => snapshot;
const noArrivals: readonly Arrival[] = [];

/**
 * Hooks that know the client's workflows, and need no provider.
 *
 * @example
 * export const { useStatus, useConnection } = createStatusHooks(client);
 * @example
 * // Where the client comes from a provider, its type is enough.
 * export const { useStatus } = createStatusHooks<typeof client>();
 */
export function createStatusHooks<Client extends SomeClient = StatusClient>(
  client?: Client,
): StatusHooks<WorkflowsOf<Client>> {
  const bound = client ?? null;

  function useStatus(...args: HookArguments): unknown {
    const { execution, options } = readArguments<StatusOptions<unknown, unknown>>(args);
    const source = useSource(bound, execution, options, 'latest');
    return useSelection(source, options?.select ?? whole);
  }

  function useUpdates(...args: HookArguments): readonly Arrival[] {
    const { execution, options } = readArguments<ReadOptions>(args);
    const { subscribe, shared } = useSource(bound, execution, options, 'beginning');
    const read = () => shared?.().arrivals() ?? noArrivals;
    return useSyncExternalStore(subscribe, read, () => noArrivals);
  }

  function useWatch(...args: HookArguments): SharedWatch | null {
    const { execution, options } = readArguments<ReadOptions>(args);
    const { subscribe, shared } = useSource(bound, execution, options, 'latest');
    const read = () => shared?.().watch ?? null;
    return useSyncExternalStore(subscribe, read, () => null);
  }

  function useConnection(options: { readonly client?: SomeClient | undefined } = {}): HumanConnection {
    const { human } = storeOf(useClient(options.client ?? bound));
    return useSyncExternalStore(human.subscribe, human.get, () => calm);
  }

  // The overloads are sorted out at run time, which the compiler cannot follow.
  return { useStatus, useUpdates, useWatch, useConnection } as StatusHooks<WorkflowsOf<Client>>;
}
