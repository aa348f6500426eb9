import { awslogs, historyRecord, progressEvent, statusChange } from '../support/aws-shapes.ts';
import type { Execution } from './deployment.ts';

/** What the sources tell of one run, one update at a time. */
export interface Story {
  /** The next event: each appends exactly one update. */
  next(): unknown;
  end(status?: 'SUCCEEDED' | 'FAILED'): unknown;
  /** The next attempt of a run that failed. */
  redriven(): unknown;
  /** A later run under the same name begins (S2). */
  anew(): void;
}

export function createStory({ workflow, id }: Execution): Story {
  let startDate = Date.now();
  let told = 0;
  let redriveCount = 0;
  const at = () => startDate + told * 10;
  const run = () => ({ workflow, id, startDate, redriveCount, redriveDate: redriveCount > 0 ? at() : null });
  return {
    next() {
      told += 1;
      if (told === 1) return statusChange({ ...run(), eventId: `${id}-${startDate}-running` });
      if (told % 3 === 0) {
        return awslogs([
          historyRecord({ workflow, id, historyId: told, state: `Step${told}`, at: at(), redriveCount }),
        ]);
      }
      return progressEvent({ workflow, id, sequence: told, message: `Report ${told}`, at: at(), redriveCount });
    },
    end(status = 'SUCCEEDED') {
      told += 1;
      const failure = status === 'FAILED' ? { error: 'Contract.Failed', cause: 'as told' } : {};
      return statusChange({ ...run(), status, stopDate: at(), ...failure });
    },
    redriven() {
      redriveCount += 1;
      told += 1;
      return statusChange({ ...run(), eventId: `${id}-redriven-${redriveCount}` });
    },
    anew() {
      // Runs whose start dates are less than a second apart are one (S2).
      startDate += 5_000;
      told = 0;
      redriveCount = 0;
    },
  };
}
