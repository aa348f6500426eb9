import { nameOf } from '../../core/name-of.ts';
import type { LogKey } from '../../core/ports.ts';

/** Begins `work` when what was asked before about this execution has ended, well or not. */
export type InTurn = <T>(key: LogKey, work: () => Promise<T>) => Promise<T>;

/** One queue per execution, in this process; nothing is kept of one that is empty. */
export function createInTurn(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const name = nameOf(key);
    const mine = (last.get(name) ?? Promise.resolve()).then(work);
    const ended = mine.catch(() => undefined);
    last.set(name, ended);
    try {
      return await mine;
    } finally {
      if (last.get(name) === ended) last.delete(name);
    }
  };
}
