import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';

/** What a hook reads from; `subscribe` and the readers must be the same functions from render to render. */
export interface Source<Snapshot> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly read: () => Snapshot;
  /** While rendering on a server, and while its page is hydrated: then both see the same (React #26318). */
  readonly readServer: () => Snapshot;
}

/**
 * `useSyncExternalStore` through a selector. A selection that is equal to the one before stays the same object, also when the
 * selector is another function in each render.
 */
export function useSelection<Snapshot, Selected>(
  { subscribe, read, readServer }: Source<Snapshot>,
  select: (snapshot: Snapshot) => Selected,
): Selected {
  const committed = useRef<{ readonly value: Selected } | null>(null);
  const [selected, selectedServer] = useMemo(() => {
    let last: { readonly snapshot: Snapshot; readonly value: Selected } | null = null;
    const pick = (snapshot: Snapshot): Selected => {
      if (last && Object.is(last.snapshot, snapshot)) return last.value;
      const value = select(snapshot);
      const before = last ?? committed.current;
      last = { snapshot, value: before && isEqual(before.value, value) ? before.value : value };
      return last.value;
    };
    return [() => pick(read()), () => pick(readServer())];
  }, [select, read, readServer]);
  const value = useSyncExternalStore(subscribe, selected, selectedServer);
  useEffect(() => {
    committed.current = { value };
  }, [value]);
  return value;
}

/** Identical, or arrays or plain objects with identical entries. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isPlain(a) || !isPlain(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && Object.is(a[key], b[key]))
  );
}

function isPlain(value: unknown): value is { readonly [key: string]: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
