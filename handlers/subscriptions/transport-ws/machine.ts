import type { ExecutionResult, GraphQLError } from 'graphql';
import { credentialOf } from '../credential.ts';
import { type Ending, endings, missing } from '../endings.ts';
import { isTaken, maxIdLength, type OperationLimits, whyNot } from '../operations.ts';
import { type ConnectionView, end, type Greeted, nothing, type Step, say } from '../step.ts';
import { type ClientMessage, readMessage } from './messages.ts';

// graphql-transport-ws (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md) as functions without effects.
// Whoever holds the socket, or is called for its messages, does what they return.

const notGreeted: { readonly [why in Exclude<Greeted, 'caller'>]: Ending } = {
  refused: endings.forbidden,
  missing: endings.forbidden,
  malformed: endings.forbidden,
  full: endings.full,
  unavailable: endings.unavailable,
};

/** A message came. */
export function receive(text: string, connection: ConnectionView, limits: OperationLimits): Step {
  return receiveMessage(readMessage(text), connection, limits);
}

/** null: what came is no message of the protocol. */
export function receiveMessage(
  message: ClientMessage | null,
  connection: ConnectionView,
  limits: OperationLimits,
): Step {
  switch (message?.type) {
    case undefined:
      return end(endings.badRequest);
    case 'connection_init': {
      if (connection.phase !== 'new') return end(endings.initialised);
      const credential = credentialOf(message.payload);
      return credential.type === 'missing' ? end(missing(credential.what)) : { type: 'greet', credential };
    }
    case 'ping':
      return say({ type: 'pong', ...(message.payload && { payload: message.payload }) });
    case 'pong':
      return nothing;
    case 'subscribe':
      return subscribe(message, connection, limits);
    case 'complete':
      // Longer ones were never taken.
      return message.id.length > maxIdLength ? nothing : { type: 'stop', id: message.id, messages: [] };
  }
}

function subscribe(
  { id, request }: Extract<ClientMessage, { readonly type: 'subscribe' }>,
  connection: ConnectionView,
  limits: OperationLimits,
): Step {
  if (connection.phase !== 'ready') return end(endings.unauthorized);
  if (id.length > maxIdLength) return failed(id, [whyNot.longId]);
  if (isTaken(connection, id)) return end(endings.taken);
  if (connection.operations.length >= limits.operationsPerSocket) return failed(id, [whyNot.perSocket(limits)]);
  return { type: 'open', asked: { id, request, credential: null } };
}

/** No `connection_init` came in time. */
export function initTimedOut({ phase }: Pick<ConnectionView, 'phase'>): Step {
  return phase === 'new' ? end(endings.initTimeout) : nothing;
}

/** The credentials were looked at. */
export function greeted(came: Greeted, payload?: object): Step {
  return came === 'caller' ? say({ type: 'connection_ack', payload }) : end(notGreeted[came]);
}

/** An operation could not begin, or ended with errors. */
export function failed(id: string, errors: readonly GraphQLError[]): Step {
  return say({ id, type: 'error', payload: errors });
}

/** A query has its result. */
export function answered(id: string, payload: ExecutionResult): Step {
  return say({ id, type: 'next', payload }, { id, type: 'complete' });
}
