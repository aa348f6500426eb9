import { ulid } from 'ulid';
import type { Deliveries, Endpoints } from '../../core/ports.ts';
import type { Endpoint, EndpointFilter } from '../../core/webhook.ts';
import { urlProblem } from './url-rules.ts';

/** Why the service would not call a URL; `reason` is a sentence for the caller. */
export interface UrlRefusal {
  /** `private-address`: it leads where no request of ours may go (G9); `refused`: something about the URL itself. */
  readonly type: 'private-address' | 'refused';
  readonly reason: string;
}

/** Looks where a URL leads, and that it is https outside of the addresses that are allowed explicitly; null: fine. */
export type CheckUrl = (url: string) => Promise<UrlRefusal | null>;

export interface Registration {
  readonly tenant: string;
  readonly url: string;
  readonly filter: EndpointFilter;
  readonly description: string;
}

export type Registered = { readonly type: 'registered'; readonly endpoint: Endpoint } | UrlRefusal;

export interface WebhookRegistryOptions {
  readonly endpoints: Endpoints;
  readonly deliveries: Deliveries;
  readonly checkUrl: CheckUrl;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Cryptographically strong bytes, for secrets. */
  readonly random: (size: number) => Uint8Array;
  /** Endpoints one tenant may have. @default 50 */
  readonly maxPerTenant?: number;
}

export interface WebhookRegistry {
  /**
   * The endpoint gets every matching update recorded after this resolves, and none recorded before this was called; where
   * times decide, a few of those may come as well (S31).
   */
  register(registration: Registration): Promise<Registered>;
  /** False when the tenant has no such endpoint. A request under way may still arrive; no further one is made. */
  remove(tenant: string, id: string): Promise<boolean>;
}

/** Bytes of a secret (Standard Webhooks 1.0.0: 24 to 64). */
const secretBytes = 32;

/**
 * Endpoints' coming and going. The count per tenant is checked before the write, not with it: registrations at the
 * same moment may pass it by a few, which costs nothing.
 */
export function createWebhookRegistry(options: WebhookRegistryOptions): WebhookRegistry {
  const { endpoints, deliveries, checkUrl, clock, random, maxPerTenant = 50 } = options;

  return {
    async register({ tenant, url, filter, description }) {
      const malformed = urlProblem(url);
      if (malformed !== null) return { type: 'refused', reason: malformed };
      const refusal = await checkUrl(url);
      if (refusal) return refusal;
      const present = await endpoints.list(tenant);
      if (present.length >= maxPerTenant) {
        return { type: 'refused', reason: `there are ${maxPerTenant} webhooks already, which is the most` };
      }
      const begunAt = clock();
      const begun: Endpoint = {
        id: `ep_${ulid(begunAt, () => (random(1)[0] ?? 0) / 256)}`,
        tenant,
        url: new URL(url).href,
        filter,
        secret: `whsec_${Buffer.from(random(secretBytes)).toString('base64')}`,
        createdAt: begunAt,
        description,
      };
      await endpoints.put(begun);
      // Owed only from here on: what was committed before could be handed on without this endpoint (S31). What comes
      // between the two writes finds it, and is not owed.
      const endpoint: Endpoint = { ...begun, createdAt: clock() };
      if (endpoint.createdAt !== begunAt) await endpoints.put(endpoint);
      return { type: 'registered', endpoint };
    },

    async remove(tenant, id) {
      // The endpoint first: a fan-out in between then makes at most a cursor that delivering finds orphaned and removes.
      const removed = await endpoints.remove(tenant, id);
      if (removed) await deliveries.removeEndpoint(id);
      return removed;
    },
  };
}
