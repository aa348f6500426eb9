import type { Update } from '../../core/contract.ts';
import type { DeliveryKey } from '../../core/ports.ts';
import type { FanOut } from './fan-out.ts';

/** What one update woke, or why it could not. */
export type Woken =
  | { readonly type: 'woken'; readonly keys: readonly DeliveryKey[] }
  | { readonly type: 'failed'; readonly error: unknown };

/**
 * Wakes what the updates concern, together where that goes, so that endpoints are read once; where it does not, one by
 * one, so that each answers for itself. One outcome for each update, in order.
 */
export async function wakeEach(fanOut: FanOut, updates: readonly Update[]): Promise<readonly Woken[]> {
  try {
    const woken = await fanOut(updates);
    return updates.map(({ workflow, id }) => ({
      type: 'woken',
      keys: woken.filter((key) => key.workflow === workflow && key.id === id),
    }));
  } catch (error) {
    if (updates.length === 1) return [{ type: 'failed', error }];
    return (await Promise.all(updates.map((update) => wakeEach(fanOut, [update])))).flat();
  }
}
