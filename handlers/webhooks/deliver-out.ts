import type { DeliveryKey } from '../../core/ports.ts';
import type { Deliverer, Halt } from './deliver.ts';
import type { Look } from './queue-message.ts';

/**
 * Delivers until nothing is left to do here and now; answers when somebody has to look again, or null. Rejects when a port
 * does; the end of the lease then makes the delivery due again.
 */
export async function deliverOut(deliverer: Deliverer, key: DeliveryKey, halt: Halt): Promise<Look | null> {
  while (!halt.soon?.aborted) {
    const result = await deliverer.deliver(key, halt);
    switch (result.type) {
      case 'caught-up':
        // Whoever woke it during this claim found it held and went away, so its release is to be followed by a look.
        continue;
      case 'more':
        return { key, dueAt: null };
      case 'failed':
        return { key, dueAt: result.dueAt };
      case 'skipped':
      case 'gone':
      case 'lost':
        return null;
    }
  }
  return { key, dueAt: null };
}
