import type { Update } from '../../core/contract.ts';
import type { Position } from '../../core/cursor.ts';

/** Remembers how far each execution of one topic was published. */
export interface Positions {
  /** True when the update is newer than all seen of its execution; then it is the newest. Epochs sort by age. */
  readonly advance: (update: Pick<Update, 'id' | 'epoch' | 'seq'>) => boolean;
}

/**
 * @param capacity Executions remembered; the one that moved longest ago is forgotten first. An update of a forgotten
 *   one that comes again passes, and the client's own check on seq drops it.
 */
export function createPositions(capacity: number): Positions {
  const last = new Map<string, Position>();
  return {
    advance({ id, epoch, seq }) {
      const before = last.get(id);
      if (before && (epoch < before.epoch || (epoch === before.epoch && seq <= before.seq))) return false;
      // Puts it to the end; alone, it is there already.
      if (last.size > 1) last.delete(id);
      last.set(id, { epoch, seq });
      if (last.size > capacity)
        for (const oldest of last.keys()) {
          last.delete(oldest);
          break;
        }
      return true;
    },
  };
}
