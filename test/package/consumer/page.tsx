// What a page is written with: every entry for browsers, used as its documents say.
import { createStatusClient, isStatusError } from '@statuswire/client';
import { createStatusClient as createCoreClient, poll, transportWs } from '@statuswire/client/core';
import { StatusProvider, useConnection, useStatus } from '@statuswire/client/react';
import { useStatus as useStatusSuspense } from '@statuswire/client/react/suspense';
import type { OrdersWorkflow } from './orders.workflow.ts';

interface Receipt {
  readonly total: number;
}
type Workflows = { readonly orders: OrdersWorkflow };

const client = createStatusClient<Workflows>({ url: 'https://status.example.com', token: async () => 'token' });
export const small = createCoreClient<Workflows>({ url: '/', channels: [transportWs(), poll()] });

export function Order({ id }: { readonly id: string }) {
  const order = useStatus('orders', id, { client });
  const connection = useConnection({ client });
  switch (order.status) {
    case null:
      return null;
    case 'SUCCEEDED':
      return <p title={connection.signal ?? undefined}>{JSON.stringify(order.output)}</p>;
    case 'FAILED':
      return <p>{order.failure?.name === 'InventoryCheckError' ? 'Sold out' : 'Sorry'}</p>;
    default:
      return <p>{order.update.state}</p>;
  }
}

export function Waiting({ id }: { readonly id: string }) {
  const { update } = useStatusSuspense('orders', id);
  return <p>{update.seq}</p>;
}

export const page = (
  <StatusProvider client={client}>
    <Order id="order-1042" />
  </StatusProvider>
);

export async function follow(id: string): Promise<Receipt | null> {
  await using order = client.watch('orders', id);
  for await (const update of order) {
    // @ts-expect-error updates are read only
    update.seq = 0;
    if (update.state === 'InitiateShipping') break;
  }
  try {
    return (await order.result()) as unknown as Receipt;
  } catch (error) {
    if (isStatusError(error, 'execution-failed')) return null;
    throw error;
  }
}
