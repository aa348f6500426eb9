import type { Update } from '../../core/contract.ts';
import { fitUpdate } from '../fanout/fit-update.ts';
import { TooLarge } from '../graphql/compile-selection.ts';

/** Renders an update as JSON text of at most so many UTF-16 code units; throws `TooLarge`. null: not for this reader. */
export type Render = (update: Update, most: number) => string | null;

/**
 * The rendering of an update that fits into so many UTF-8 bytes: whole, else without its output, of which readers are told
 * (`outputOmitted`, S15) and which they get from the log.
 *
 * @throws TooLarge when it does not fit without it either: with states cut it would not say what the log says.
 */
export function renderFitting(render: Render, update: Update, bytes: number): string | null {
  let text: string | null = null;
  const fitting = fitUpdate(update, (candidate) => {
    try {
      text = render(candidate, bytes);
    } catch (error) {
      if (error instanceof TooLarge) return false;
      throw error;
    }
    // A code unit is three bytes at most.
    return text === null || text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes;
  });
  if (fitting.activeStates !== update.activeStates) throw new TooLarge();
  return text;
}
