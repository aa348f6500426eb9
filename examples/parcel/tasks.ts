/** A dispatch room that only pretends: the input decides what happens (README.md). */

import type { Json, TaskHandler } from 'statuswire';

type Fields = { readonly [field: string]: Json };

function asFields(input: Json): Fields {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? (input as Fields) : {};
}

export const ReadOrder: TaskHandler = (input) => {
  const { items, express, courier } = asFields(input);
  return {
    items: Array.isArray(items) ? items : ['book', 'lamp', 'tea'],
    express: express === true,
    courier: courier ?? 'free',
  };
};

export const PackItem: TaskHandler = async (input, { progress, sleep }) => {
  const { name, number, count } = asFields(input);
  await sleep(150);
  await progress({ message: `Packed ${name} (${Number(number) + 1} of ${count})` });
  return { name: name ?? null };
};

export const BookCourier: TaskHandler = async (input, { attempt, sleep }) => {
  const { courier } = asFields(input);
  await sleep(200);
  if (courier === 'busy' || (courier === 'busy-once' && attempt === 0)) {
    throw Object.assign(new Error('No courier is free'), { name: 'CourierBusy' });
  }
  return { courier: 'Pigeon Post' };
};

/** Does both deliveries: it is the function that two states name. */
export const Deliver: TaskHandler = async (input, { progress, sleep, state }) => {
  await progress({ percent: 80, message: 'On the road' });
  await sleep(state === 'DeliverExpress' ? 100 : 300);
  await progress({ percent: 100, message: 'At the door' });
  return input;
};
