import type { Log, LogKey } from '../../core/ports.ts';
import type { Appender } from '../ingest/append.ts';
import { loadShown } from '../read/visible.ts';

export interface ForgetOptions {
  readonly log: Pick<Log, 'load'>;
  readonly appender: Appender;
  readonly now: () => number;
}

/** `open`: it is not done, and would go on to tell. */
export type ForgetAnswer = 'forgotten' | 'absent' | 'open';

/**
 * Forgets an execution (S4): from the commit on it is absent for everybody, its later facts are dropped, and its name
 * stays taken for 90 days. Rejects when that could not be committed.
 */
export function createForget({ log, appender, now }: ForgetOptions) {
  return async (key: LogKey): Promise<ForgetAnswer> => {
    const head = await loadShown(log, key, now());
    if (!head) return 'absent';
    const answer = await appender.append(key, [], { forget: true });
    if (answer === 'ok') return 'forgotten';
    // Another request may have forgotten it between the two looks.
    return (await loadShown(log, key, now())) ? 'open' : 'absent';
  };
}
