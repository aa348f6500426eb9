/** The page's own backend (../backend.ts). */

import { StatuswireError } from '@statuswire/client';
import { member } from './text.ts';

export interface Placed {
  readonly workflow: 'orders';
  readonly id: string;
  /** A watch token for this order. */
  readonly token: string;
}

export interface Order {
  readonly quantity: number;
  readonly scenario: ScenarioName;
}

/** What may become of an order; the inputs are those of examples/orders. */
export const scenarios = {
  well: { label: 'All goes well', input: {} },
  carrier: { label: 'The carrier is down, once', input: { carrier: 'down-once' } },
  stock: { label: 'Out of stock', input: { stock: 'none' } },
  payment: { label: 'The card is declined', input: { payment: 'declined' } },
} as const;

export type ScenarioName = keyof typeof scenarios;

export const priceInCents = 4_200;
/** The example's shop is too fast to watch. */
const pace = 8;

async function post(path: string, body: unknown = {}): Promise<unknown> {
  const answer = await fetch(`./api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const content: unknown = await answer.json().catch(() => null);
  if (answer.ok) return content;
  // Not this browser's order: asking again would not change that.
  if (answer.status === 404) throw new StatuswireError('unauthorized', 'This order was placed in another browser.');
  const detail = member(content, 'detail');
  throw new Error(typeof detail === 'string' ? detail : `The shop answered ${answer.status}.`);
}

export async function placeOrder({ quantity, scenario }: Order): Promise<Placed> {
  const input = { ...scenarios[scenario].input, quantity, total: (quantity * priceInCents) / 100, pace };
  return (await post('/orders', input)) as Placed;
}

export async function fetchToken(id: string): Promise<string> {
  const { token } = (await post(`/orders/${id}/token`)) as { readonly token: string };
  return token;
}

export const redriveOrder = (id: string): Promise<unknown> => post(`/orders/${id}/redrive`);
