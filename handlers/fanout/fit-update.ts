import type { Update } from '../../core/contract.ts';

/**
 * The update as far as a channel of limited size can carry it: whole; else without its output, which readers are told of
 * (`outputOmitted`) and get from the log; else, of states whose names alone exceed the limit, only the one entered last.
 * The third is not measured: it is a few kilobytes.
 */
export function fitUpdate(update: Update, fits: (update: Update) => boolean): Update {
  if (fits(update)) return update;
  const bare = update.output === null ? update : withoutOutput(update);
  if (fits(bare)) return bare;
  return { ...bare, activeStates: bare.state === null ? [] : [bare.state] };
}

/** The update as those get it who have no room for its output (S15). */
export function withoutOutput(update: Update): Update {
  return { ...update, output: null, outputOmitted: true };
}
