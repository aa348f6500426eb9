import type { Update } from '../../core/contract.ts';
import type { Deliveries, DeliveryKey, Endpoints } from '../../core/ports.ts';
import { begins, wantsWorkflow } from '../../core/webhook.ts';

export interface FanOutOptions {
  readonly endpoints: Endpoints;
  readonly deliveries: Deliveries;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** Wakes the deliveries that committed updates concern, and answers which. Rejects when that is not stored: call again. */
export type FanOut = (updates: readonly Update[]) => Promise<readonly DeliveryKey[]>;

type Target = DeliveryKey & { readonly tenant: string };

/**
 * Only the filter's workflows are looked at here. An update that the rest of the filter leaves out still wakes the
 * delivery, which then moves its cursor silently (S31): a cursor left behind would be overtaken by trimming, and a
 * filter that is widened later would send what was left out before.
 */
export function createFanOut({ endpoints, deliveries, clock }: FanOutOptions): FanOut {
  return async (updates) => {
    if (updates.length === 0) return [];
    const all = await endpoints.of([...new Set(updates.map((update) => update.tenant))]);
    if (all.length === 0) return [];
    const targets = new Map<string, Target>();
    for (const update of updates) {
      const { tenant, workflow, id } = update;
      for (const endpoint of all) {
        if (endpoint.tenant !== tenant || !wantsWorkflow(endpoint.filter, workflow)) continue;
        if (!endpoints.byPosition && !begins(endpoint, update)) continue;
        targets.set(JSON.stringify([endpoint.id, workflow, id]), { endpointId: endpoint.id, tenant, workflow, id });
      }
    }
    const woken = [...targets.values()];
    if (woken.length > 0) await deliveries.wake(woken, clock());
    return woken;
  };
}
