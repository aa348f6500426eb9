import type { Json } from '../../core/contract.ts';

/** One line of control: the execution itself, a branch of a Parallel, or an iteration of a Map. */
export interface Flow {
  /** Aborted when this line must go no further. */
  readonly signal: AbortSignal;
  /** History ids of the entries of the containers around it, outermost first; empty at the top. */
  readonly within: readonly number[];
  /** `$$.Map.Item` of the innermost Map around it. */
  readonly item: { readonly Index: number; readonly Value: Json } | null;
  /** History id of the line's last record: the next one's `previous_event_id`. */
  previous: number;
}

/** The line that the execution itself is. */
export function topFlow(signal: AbortSignal): Flow {
  return { signal, within: [], item: null, previous: 0 };
}

/** A line inside a container that was entered with the history id `container`. */
export function innerFlow(
  around: Flow,
  container: number,
  signal: AbortSignal,
  item: Flow['item'] = around.item,
): Flow {
  return { signal, within: [...around.within, container], item, previous: around.previous };
}
