import type { GraphQLError } from 'graphql';
import { shownIn } from '../../graphql/appsync/authorization.ts';
import { type AppsyncError, permissionDenied, toAppsyncErrors } from '../../graphql/appsync/errors.ts';
import { type Ending, endings, missing } from '../endings.ts';
import { isTaken, maxIdLength, type OperationLimits, whyNot } from '../operations.ts';
import { type ConnectionView, end, type Greeted, nothing, type Step, say } from '../step.ts';
import { readMessage, readStart } from './messages.ts';

// AppSync's realtime protocol (AppSync Developer Guide, "Building a real-time WebSocket client") as functions without
// effects: named `graphql-ws` as a subprotocol, and not what the package of that name speaks. The credentials come with
// the handshake, and once more with each `start`. Messages are handled one after the other.

/** AppSync's name for its subprotocol. */
export const subprotocol = 'graphql-ws';

const wanted = 'the handshake needs Authorization or x-api-key';
const neededByStart = 'extensions.authorization needs Authorization or x-api-key.';

/** What is said before the connection is closed because of its credentials, and how. */
const refusals: { readonly [why in Exclude<Greeted, 'caller'>]: readonly [AppsyncError, Ending] } = {
  malformed: [
    { errorType: 'BadRequestException', message: 'The header is not base64 of a JSON object.', errorCode: 400 },
    { code: endings.badRequest.code, reason: 'Bad request' },
  ],
  missing: [
    { ...permissionDenied, message: `${permissionDenied.message}: ${wanted}`, errorCode: 401 },
    missing(wanted),
  ],
  refused: [{ ...permissionDenied, errorCode: 401 }, endings.forbidden],
  full: [{ errorType: 'LimitExceededError', message: 'Too many connections.', errorCode: 429 }, endings.full],
  unavailable: [
    { errorType: 'ServiceUnavailableException', message: 'Try again later.', errorCode: 503 },
    endings.unavailable,
  ],
};

/** The credentials of the handshake were looked at. */
export function greeted(came: Greeted): Step {
  if (came === 'caller') return nothing;
  const [error, ending] = refusals[came];
  return end(ending, { type: 'connection_error', payload: { errors: [error] } });
}

export interface AppsyncLimits extends OperationLimits {
  /** Told to clients: how long they may hear nothing. */
  readonly connectionTimeoutMs: number;
}

/** A message came, and those before it are done with. */
export function receive(text: string, connection: ConnectionView, limits: AppsyncLimits): Step {
  const message = readMessage(text);
  switch (message?.type) {
    case undefined:
      return end(endings.badRequest);
    case 'connection_init': {
      const payload = { connectionTimeoutMs: limits.connectionTimeoutMs };
      return say({ type: 'connection_ack', payload }, { type: 'ka' });
    }
    case 'start':
      return start(message.id, message.payload, connection, limits);
    case 'stop': {
      const { id } = message;
      if (isTaken(connection, id)) return { type: 'stop', id, messages: [JSON.stringify({ id, type: 'complete' })] };
      return failed(id, [{ errorType: 'UnknownOperationError', message: `Unknown operation id ${id}` }]);
    }
    case 'unknown':
      return failed(null, [
        { errorType: 'UnsupportedOperation', message: 'unknown not supported through the realtime channel' },
      ]);
  }
}

function start(id: string, payload: unknown, connection: ConnectionView, limits: AppsyncLimits): Step {
  if (id.length > maxIdLength) return failed(null, [whyNot.longId]);
  if (isTaken(connection, id))
    return failed(id, [{ errorType: 'DuplicatedOperationError', message: `The id ${id} is in use.` }]);
  if (connection.operations.length >= limits.operationsPerSocket) {
    const message = `Max number of ${limits.operationsPerSocket} subscriptions reached`;
    return failed(id, [{ errorType: 'MaxSubscriptionsReachedError', message }]);
  }
  const asked = readStart(payload);
  if (asked.type === 'malformed') return failed(id, [{ errorType: 'BadRequestException', message: asked.reason }]);
  return { type: 'open', asked: { id, request: asked.request, credential: shownIn(asked.authorization) } };
}

/** An operation is active. */
export function started(id: string): Step {
  return say({ id, type: 'start_ack' });
}

/** An operation belongs to nobody: its credentials are refused, or cannot be checked just now. */
export function notAllowed(id: string, why: Exclude<Greeted, 'caller'>): Step {
  if (why === 'unavailable')
    return failed(id, [{ errorType: 'ServiceUnavailableException', message: 'Try again later.' }]);
  if (why === 'refused') return failed(id, [permissionDenied]);
  return failed(id, [{ ...permissionDenied, message: `${permissionDenied.message}: ${neededByStart}` }]);
}

/**
 * An operation could not begin, or ended with errors.
 *
 * @param id null for what belongs to no operation.
 */
export function failed(id: string | null, errors: readonly (AppsyncError | GraphQLError)[]): Step {
  const told = errors.flatMap((error) => ('errorType' in error ? [error] : toAppsyncErrors([error])));
  return say({ ...(id !== null && { id }), type: 'error', payload: { errors: told } });
}
