import type { Update } from '../../core/contract.ts';
import type {
  Bindings,
  DeadLetters,
  Deliveries,
  Endpoints,
  Intakes,
  Keys,
  Log,
  OnCommitted,
} from '../../core/ports.ts';

/** One engine's ports, empty at first. What a suite needs of an engine, whichever it is. */
export interface OpenedPorts {
  readonly log: Log;
  readonly intakes: Intakes;
  readonly bindings: Bindings;
  readonly deadLetters: DeadLetters;
  readonly keys: Keys;
  readonly endpoints: Endpoints;
  readonly deliveries: Deliveries;
  start(onCommitted: OnCommitted): Promise<void>;
  close(): Promise<void>;
}

/** Opens an engine with nothing stored. */
export type OpenPorts = () => Promise<OpenedPorts>;

/** An engine that outlives its process: `crash` answers what the next process finds if this one dies now. */
export interface DurablePorts extends OpenedPorts {
  crash(): Promise<DurablePorts>;
}

/** A listener that keeps what it is told, and a promise for having been told `count` updates. */
export function recordingListener(): {
  readonly calls: (readonly Update[])[];
  readonly listener: OnCommitted;
  readonly told: () => readonly Update[];
  readonly until: (count: number) => Promise<void>;
} {
  const calls: (readonly Update[])[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const told = () => calls.flat();
  return {
    calls,
    told,
    listener: async (updates) => {
      calls.push(updates);
      for (const { count, resolve } of waiting) if (told().length >= count) resolve();
    },
    until: (count) =>
      new Promise((resolve) => {
        if (told().length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}

/** `order-7#3` for update 3 of order-7: short in assertions. */
export function shortly(updates: readonly Update[]): readonly string[] {
  return updates.map(({ id, seq }) => `${id}#${seq}`);
}
