import type { Json, TaskHandler } from 'statuswire';
import { priceOf } from './prices.ts';

type Order = { readonly items?: number };

const orderOf = (input: Json): Order => (typeof input === 'object' && input !== null ? (input as Order) : {});

export const Charge: TaskHandler = async (input, { attempt, progress }) => {
  await progress({ percent: 50, message: `Charging, try ${attempt + 1}` });
  return { total: priceOf(orderOf(input).items ?? 0) };
};

export const Ship: TaskHandler = (input, { execution }) => ({ ...(input as { total: number }), parcel: execution.id });
