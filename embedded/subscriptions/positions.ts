import type { Update } from '../../core/contract.ts';
import type { Position } from '../../core/cursor.ts';

type Moved = Pick<Update, 'id' | 'epoch' | 'seq'>;

/** Remembers how far each execution of one topic was published. Epochs sort by age. */
export interface Positions {
  /** Is the update newer than all that were published of its execution? */
  isNew(update: Moved): boolean;
  /** It was published. */
  moved(update: Moved): void;
}

function isAfter({ epoch, seq }: Moved, before: Position): boolean {
  return epoch > before.epoch || (epoch === before.epoch && seq > before.seq);
}

/** Of a topic that is one execution. */
export class OnePosition implements Positions, Position {
  epoch = '';
  seq = 0;

  isNew(update: Moved): boolean {
    return isAfter(update, this);
  }

  moved({ epoch, seq }: Moved): void {
    this.epoch = epoch;
    this.seq = seq;
  }
}

/**
 * Of many executions. Beyond `capacity` the one that moved longest ago is forgotten; an update of it that comes again
 * passes, and the client's own check on seq drops it.
 */
export class ManyPositions implements Positions {
  private readonly last = new Map<string, Position>();
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  isNew(update: Moved): boolean {
    const before = this.last.get(update.id);
    return !before || isAfter(update, before);
  }

  moved({ id, epoch, seq }: Moved): void {
    // Puts it to the end.
    this.last.delete(id);
    this.last.set(id, { epoch, seq });
    if (this.last.size <= this.capacity) return;
    for (const oldest of this.last.keys()) {
      this.last.delete(oldest);
      return;
    }
  }
}
