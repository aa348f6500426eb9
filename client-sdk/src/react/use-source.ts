import { useMemo } from 'react';
import type { StatusSnapshot, Update } from '../index.ts';
import { useClient } from './context.ts';
import { hasNews, type Shared } from './shared.ts';
import { keyOf, type Store, storeOf, type Target } from './store.ts';
import type { Execution, ReadOptions, SomeClient } from './types.ts';

/** What the hooks that read an execution have in common, made once per execution. */
export interface ExecutionSource {
  readonly subscribe: (listener: () => void) => () => void;
  readonly read: () => StatusSnapshot;
  readonly readServer: () => StatusSnapshot;
  /** Null where nothing is read. Begins to read: for subscriptions and snapshots, never for a server's rendering. */
  readonly shared: (() => Shared) | null;
}

/** The two ways to name an execution, then the options. */
export type HookArguments = readonly [unknown, unknown?, unknown?];

interface Call<Options> {
  readonly execution: Execution | null;
  readonly options: Options | null;
}

/** Sorts out the overloads: `(workflow, id, options)` and `(execution, options)`. */
export function readArguments<Options extends ReadOptions>([first, second, third]: HookArguments): Call<Options> {
  const named = typeof first === 'string';
  const given = (named ? third : second) as Options | 'skip' | undefined;
  const execution = named ? { workflow: first, id: second as string | null | undefined } : (first as Execution | null);
  const options = given === 'skip' ? null : (given ?? ({} as Options));
  const reads = options !== null && options.enabled !== false && execution?.id != null;
  return { execution: reads ? (execution as Execution) : null, options };
}

const nobody: Target = { workflow: '', id: '', from: 'latest', redrives: false };

/** The source of an execution, the same object until another execution, way to read or client is asked for. */
export function useSource(
  bound: SomeClient | null,
  execution: Execution | null,
  options: ReadOptions | null,
  from: Target['from'],
): ExecutionSource {
  const store = storeOf(useClient(options?.client ?? bound));
  const target = execution && {
    workflow: execution.workflow,
    id: execution.id,
    from: options?.from ?? from,
    redrives: options?.redrives ?? false,
  };
  const initial = options?.initial ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the target, and `initial` is taken once
  return useMemo(
    () => bind(store, target, initial && 'update' in initial ? initial.update : initial),
    [store, target && keyOf(target)],
  );
}

function bind(store: Store, target: Target | null, initial: Update | null): ExecutionSource {
  let resting: StatusSnapshot | null = null;
  const readServer = () => {
    resting ??= store.atRest(target ?? nobody, initial);
    return resting;
  };
  if (!target) return { subscribe: () => () => undefined, read: readServer, readServer, shared: null };
  // Looked up each time: the one of an earlier render may be closed by now.
  const shared = () => store.shared(target, initial);
  return {
    subscribe: (listener) => shared().listen(listener),
    read() {
      const snapshot = shared().watch.getSnapshot();
      // Another component, which had no `initial`, may have begun the watch.
      return initial && !hasNews(snapshot) ? readServer() : snapshot;
    },
    readServer,
    shared,
  };
}
