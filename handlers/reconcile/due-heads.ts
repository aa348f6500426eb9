import type { Log, LogKey } from '../../core/ports.ts';
import { type Budget, whileItLasts } from './budget.ts';

export interface DueHeadsOptions {
  readonly log: Pick<Log, 'open'>;
  /** Looks at one (`createSettle`). */
  readonly settle: (key: LogKey) => Promise<void>;
  readonly now: () => number;
  readonly onError: (error: unknown, key: LogKey) => void;
}

const pageSize = 100;

/** Settles every execution whose time has come, longest due first, while the budget of looks lasts. */
export function createDueHeads({ log, settle, now, onError }: DueHeadsOptions) {
  return async (budget: Budget): Promise<void> => {
    const dueBefore = now();
    let cursor: string | null = null;
    do {
      const { heads, next } = await log.open(dueBefore, cursor, pageSize);
      const keys = heads.map(({ workflow, id }) => ({ workflow, id }));
      if (!(await whileItLasts(keys, budget, settle, onError))) return;
      cursor = next;
    } while (cursor !== null);
  };
}
