import { type GraphQLError, getOperationAST } from 'graphql';
import { type Message, MessageType, parseMessage, type SubscribeMessage } from 'graphql-ws';
import type { Connection, Connections } from '../../core/ports.ts';
import type { Verifier } from '../authorize/verifier.ts';
import { refusal } from '../graphql/errors.ts';
import type { Graphql, Prepared } from '../graphql/graphql.ts';
import { type Answer, drop, nothing, refuse, say } from './answers.ts';
import { expiryOf } from './expired-token.ts';
import type { WebsocketLimits } from './limits.ts';

export interface ProtocolOptions {
  readonly graphql: Graphql;
  readonly connections: Connections;
  readonly verifier: Pick<Verifier, 'verify'>;
  readonly limits: WebsocketLimits;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** One message of a client. */
export interface Incoming {
  readonly connectionId: string;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  readonly text: string;
}

/**
 * graphql-transport-ws, message by message: each may be handled by another process, and several of one connection at
 * once. What is known of a connection lies in `Connections`. Rejects when a store does.
 */
export function createProtocol(options: ProtocolOptions): (incoming: Incoming) => Promise<Answer> {
  const { graphql, connections, verifier, limits, now } = options;

  async function init({ connectionId: id, connectedAt }: Incoming, authorization: unknown): Promise<Answer> {
    const caller = typeof authorization === 'string' ? await verifier.verify(authorization) : null;
    // AWS's clock need not agree with this one, and no connection is older than AWS lets it be.
    const isLikely = connectedAt <= now() && connectedAt > now() - limits.connectionMs;
    const endsAt = (isLikely ? connectedAt : now()) + limits.connectionMs;
    if (caller) {
      const opened = await connections.open({ id, caller, endsAt });
      return opened
        ? say({ type: 'connection_ack', payload: { connectionTimeoutMs: limits.quietMs } })
        : refuse('initialised');
    }
    const expiresAt = expiryOf(authorization, now());
    if (expiresAt === null) return refuse('forbidden');
    // Left unanswered for the sweep: graphql-ws comes again at once after the close that a drop may look like to it, so a
    // page with a fixed token would be a tight loop (S30).
    const grant = { type: 'executions', executions: [] } as const;
    const parked = { id, caller: { type: 'token', tenant: '', grant, expiresAt }, endsAt } as const;
    return (await connections.open(parked)) ? nothing : refuse('initialised');
  }

  /** The connection that a message may act on; null when there is none, or its token has expired (S30). */
  async function present(connectionId: string): Promise<Connection | null> {
    const connection = await connections.find(connectionId);
    if (!connection || connection.endsAt <= now()) return null;
    return connection.caller.type === 'token' && connection.caller.expiresAt <= now() ? null : connection;
  }

  async function subscribe({ connectionId }: Incoming, { id, payload }: SubscribeMessage): Promise<Answer> {
    const connection = await present(connectionId);
    if (!connection) return drop;
    const fail = (...errors: readonly GraphQLError[]): Answer => say({ id, type: MessageType.Error, payload: errors });
    if (id.length > limits.operationIdLength)
      return fail(refusal('BAD_USER_INPUT', `The operation id may have ${limits.operationIdLength} characters.`));
    const prepared = graphql.prepare(payload, connection.caller);
    switch (prepared.type) {
      case 'errors':
        return fail(...prepared.errors);
      case 'query': {
        const answer = say(
          { id, type: MessageType.Next, payload: await prepared.run() },
          { id, type: MessageType.Complete },
        );
        if (answer.messages.every((message) => Buffer.byteLength(message) <= limits.messageBytes)) return answer;
        return fail(
          refusal('UNSUPPORTED', `The answer has over ${limits.messageBytes} bytes: ask for less, or over HTTP.`),
        );
      }
      case 'subscription': {
        const request = requestOf(payload, prepared);
        if (Buffer.byteLength(JSON.stringify(request)) > limits.requestBytes)
          return fail(refusal('TOO_COMPLEX', `Query and variables may have ${limits.requestBytes} bytes.`));
        const { caller, endsAt } = connection;
        const audience = prepared.plan.target;
        const expiresAt = caller.type === 'token' ? caller.expiresAt : null;
        const subscription = { connectionId, operationId: id, audience, request, expiresAt, endsAt };
        switch (await connections.subscribe(subscription, limits.operationsPerSocket, now())) {
          case 'subscribed':
          case 'completed':
            return nothing;
          case 'gone':
            return drop;
          case 'taken':
            return refuse('taken');
          case 'full':
            return fail(
              refusal('TOO_MANY_OPERATIONS', `A socket may have ${limits.operationsPerSocket} operations under way.`),
            );
        }
      }
    }
  }

  async function complete({ connectionId }: Incoming, id: string): Promise<Answer> {
    // Longer ones were never taken; and nothing is remembered for who has not said who he is.
    if (id.length > limits.operationIdLength || !(await connections.find(connectionId))) return nothing;
    await connections.complete(connectionId, id, now() + limits.overtakenMs);
    return nothing;
  }

  return async (incoming) => {
    if (Buffer.byteLength(incoming.text) > limits.messageBytes) return refuse('tooBig');
    const message = messageIn(incoming.text);
    switch (message?.type) {
      case MessageType.ConnectionInit:
        return init(incoming, message.payload?.authorization);
      case MessageType.Subscribe:
        return subscribe(incoming, message);
      case MessageType.Complete:
        return complete(incoming, message.id);
      case MessageType.Ping:
        return say({ ...message, type: MessageType.Pong });
      case MessageType.Pong:
        return nothing;
      default:
        // No JSON, no message of the protocol, or one that only servers send.
        return refuse('badRequest');
    }
  };
}

function messageIn(text: string): Message | null {
  try {
    return parseMessage(text);
  } catch {
    return null;
  }
}

/** What rendering needs of it: variables that the operation does not have are not kept. */
function requestOf(
  { query, operationName = null, variables }: SubscribeMessage['payload'],
  { document }: Extract<Prepared, { readonly type: 'subscription' }>,
) {
  const defined = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const names = new Set(defined.map(({ variable }) => variable.name.value));
  const kept = Object.entries(variables ?? {}).filter(([name]) => names.has(name));
  return { query, operationName: operationName ?? null, variables: Object.fromEntries(kept) };
}
