/** A shop that only pretends: the order's input decides what happens (README.md). */

import type { Json, TaskHandler } from 'statuswire';

type Order = { readonly [field: string]: Json };

/** Any input is an order; what is no object is an order that says nothing. */
function asOrder(input: Json): Order {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? (input as Order) : {};
}

/** How many times as long everything takes: for watching it live, at most a hundred times. */
function pace(order: Order): number {
  return typeof order.pace === 'number' && order.pace >= 1 ? Math.min(order.pace, 100) : 1;
}

/** An error whose name is what Retry and Catch look at. */
function taskError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

export const ProcessPayment: TaskHandler = async (input, { attempt, execution, progress, sleep }) => {
  const order = asOrder(input);
  await progress({ percent: 10, message: attempt === 0 ? 'Charging the card' : 'Trying the card again' });
  await sleep(200 * pace(order));
  if (order.payment === 'declined') throw taskError('PaymentDeclined', 'The card was declined');
  if (order.payment === 'timeout' || (order.payment === 'timeout-once' && attempt === 0)) {
    throw taskError('Lambda.Timeout', 'The payment provider did not answer');
  }
  await progress({ percent: 35, message: 'Payment accepted' });
  return { ...order, orderId: order.orderId ?? execution.id, total: order.total ?? 42, paid: true };
};

export const CheckInventory: TaskHandler = async (input, { progress, sleep }) => {
  const order = asOrder(input);
  await progress({ percent: 45, message: 'Looking on the shelves' });
  await sleep(150 * pace(order));
  if (order.stock === 'unknown') throw taskError('WarehouseUnavailable', 'The warehouse does not answer');
  const inventoryResult = order.stock !== 'none';
  if (inventoryResult) await progress({ percent: 60, message: 'Everything is in stock' });
  return { ...order, inventoryResult };
};

export const InitiateShipping: TaskHandler = async (input, { execution, progress, sleep }) => {
  const order = asOrder(input);
  const { carrier } = order;
  await progress({ percent: 75, message: 'Packing' });
  await sleep(150 * pace(order));
  if (carrier === 'down' || (carrier === 'down-once' && execution.redriveCount === 0)) {
    throw taskError('CarrierUnavailable', 'The carrier takes no parcels');
  }
  await progress({ percent: 90, message: 'Handing over to the carrier' });
  await sleep(100 * pace(order));
  return { ...order, trackingNumber: `SW-${execution.id}` };
};
