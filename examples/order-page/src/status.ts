import { createStatusClient, type StatusClient } from '@statuswire/client';
import { createStatusHooks } from '@statuswire/client/react';
import type { Network } from './network.ts';
import { fetchToken, type Placed } from './orders.ts';
import type { OrderWorkflow } from './steps.ts';

export type ShopClient = StatusClient<{ readonly orders: OrderWorkflow }>;

/** The page is served two levels below the service. */
const serviceUrl = new URL('../..', document.baseURI).href;

/** A client for one order. Its first token came with the order, if that was placed just now; later ones are fetched. */
export function createShopClient(id: string, placed: Placed | null, { fetch, WebSocket }: Network): ShopClient {
  let first = placed?.token ?? null;
  return createStatusClient({
    url: serviceUrl,
    fetch,
    WebSocket,
    token() {
      const token = first ?? fetchToken(id);
      first = null;
      return token;
    },
  });
}

export const { useStatus, useUpdates, useWatch, useConnection } = createStatusHooks<ShopClient>();

/** All components read an order the same way, so that they share one watch. */
export const reading = { from: 'beginning', redrives: true } as const;
