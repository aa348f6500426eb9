import type { DeadLetters, Log } from '../../core/ports.ts';
import type { Metrics } from './metrics.ts';

/** The log, with its commits measured. `clock` gives milliseconds that only go forward. */
export function observeLog(log: Log, metrics: Metrics, clock: () => number): Log {
  return {
    ...log,
    async commit(changes) {
      const begun = clock();
      const answers = await log.commit(changes);
      metrics.commit.observe((clock() - begun) / 1000);
      for (const [index, { updates }] of changes.entries()) {
        if (answers[index] !== 'ok') {
          metrics.conflicts.inc();
          continue;
        }
        for (const { kind, recordedAt, occurredAt } of updates) {
          metrics.updatesCommitted.inc({ kind });
          // A source's clock may be ahead of ours.
          metrics.updateLag.observe({ kind }, Math.max(0, Date.parse(recordedAt) - Date.parse(occurredAt)) / 1000);
        }
      }
      return answers;
    },
  };
}

/** The dead letters, counted once they are stored. */
export function observeDeadLetters(deadLetters: DeadLetters, metrics: Metrics): DeadLetters {
  return {
    ...deadLetters,
    async add(letters) {
      await deadLetters.add(letters);
      for (const { source } of letters) metrics.deadLetters.inc({ source });
    },
  };
}
