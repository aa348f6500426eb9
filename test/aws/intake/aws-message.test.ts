import { expect, it } from 'vitest';
import { readStart } from '../../../handlers/intake/aws-message.ts';

it('a message of the start queue names an execution', () => {
  expect(readStart('{"workflow":"orders","id":"order-1","more":1}')).toEqual({ workflow: 'orders', id: 'order-1' });
});

it.each(['', 'null', '[]', '{"workflow":"orders"}', '{"workflow":"orders","id":7}', '{"workflow":"","id":"x"}'])(
  '%j names none',
  (body) => expect(readStart(body)).toBeNull(),
);
