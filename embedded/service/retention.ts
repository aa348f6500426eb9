import { leastRetentionMs, retentionMs } from '../../core/limits.ts';
import { defaultKeptUpdates, leastKeptUpdates } from '../store/upkeep/trim-logs.ts';
import type { ServiceOptions } from './options.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** How long logs live and how much of them is kept (S4). Throws a RangeError for bounds that are too low. */
export function boundsOf(options: Pick<ServiceOptions, 'retentionDays' | 'maxLogUpdates'>): {
  /** After the last terminal update, milliseconds. */
  readonly retentionMs: number;
  /** Updates of one log. */
  readonly keepUpdates: number;
} {
  const { retentionDays = retentionMs / dayMs, maxLogUpdates = defaultKeptUpdates } = options;
  if (!(retentionDays * dayMs >= leastRetentionMs && Number.isFinite(retentionDays))) {
    throw new RangeError(`Logs are kept for at least ${leastRetentionMs / dayMs} days, not ${retentionDays}.`);
  }
  if (!(maxLogUpdates >= leastKeptUpdates)) {
    throw new RangeError(`At least ${leastKeptUpdates} updates of a log are kept, not ${maxLogUpdates}.`);
  }
  return { retentionMs: retentionDays * dayMs, keepUpdates: maxLogUpdates };
}
