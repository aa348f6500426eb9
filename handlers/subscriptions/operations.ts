import type { GraphQLError } from 'graphql';
import { refusal } from '../graphql/errors.ts';
import type { ConnectionView } from './step.ts';

/** Characters of an operation's id, which stands in every message about it. Clients use numbers or UUIDs. */
export const maxIdLength = 128;

/** Bounds that a protocol itself looks at. */
export interface OperationLimits {
  /** Operations under way per connection. */
  readonly operationsPerSocket: number;
}

export function isTaken({ operations }: ConnectionView, id: string): boolean {
  return operations.some((operation) => operation.id === id);
}

/** Why an operation is not begun, told under its id; the connection goes on. */
export const whyNot = {
  longId: refusal('BAD_USER_INPUT', `The operation id may have ${maxIdLength} characters.`),
  perSocket: ({ operationsPerSocket }: OperationLimits): GraphQLError =>
    refusal('TOO_MANY_OPERATIONS', `A socket may have ${operationsPerSocket} operations under way.`),
  perKey: (subscriptions: number): GraphQLError =>
    refusal('TOO_MANY_OPERATIONS', `A key may have ${subscriptions} subscriptions.`),
  bytes: refusal('TOO_COMPLEX', 'What is kept of these subscriptions is too much: use fewer or smaller queries.'),
  rate: refusal('TOO_MANY_REQUESTS', 'Too many operations: try again in a moment.'),
  closing: refusal('FORBIDDEN', 'The connection is closing.'),
} as const;

/** Why a subscription ends that had begun. */
export function updateTooLarge(bytes: number): GraphQLError {
  return refusal('TOO_COMPLEX', `An update takes more than ${bytes} bytes as it is selected: select less.`);
}
