import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import { type Context, makeServer, type OperationResult, type Server, type SubscribePayload } from 'graphql-ws';
import type { Caller } from '../../core/access.ts';
import { type Report, refusal } from '../../handlers/graphql/errors.ts';
import type { Graphql } from '../../handlers/graphql/graphql.ts';
import type { SubscriptionPlan } from '../../handlers/graphql/subscription-plan.ts';
import { callerKey } from '../../handlers/read/caller-key.ts';
import { closeCodes } from './close-codes.ts';
import type { Connection } from './connection.ts';
import { type ByteText, utf8 } from './frame.ts';
import type { Hub } from './hub.ts';
import type { SubscriptionLimits } from './limits.ts';
import { createOperationStream } from './operation-stream.ts';
import { createTally } from './tally.ts';

/** Tells who a credential belongs to: an API key or a watch token; null when it is refused. */
export interface Verifier {
  readonly verify: (credential: string) => Promise<Caller | null>;
}

export interface ProtocolOptions {
  readonly graphql: Graphql;
  readonly hub: Hub<ByteText>;
  readonly verifier: Verifier;
  readonly limits: SubscriptionLimits;
  readonly report: Report;
}

type Open = () => AsyncIterableIterator<ExecutionResult>;
type ConnectionContext = Context<Record<string, unknown> | undefined, Connection>;

/** Operation ids are kept per subscription and sent with every update; clients use UUIDs. */
const maxIdLength = 128;

/**
 * graphql-transport-ws. graphql-ws keeps the protocol: order of messages, ids, ping, close codes. It is given streams
 * that never yield, because the hub writes the `next` messages of subscriptions itself.
 */
export function createProtocol(options: ProtocolOptions): Server<Connection> {
  const { graphql, hub, verifier, limits, report } = options;
  // What onSubscribe found, until graphql-ws comes back with the same arguments in a moment.
  const openings = new WeakMap<ExecutionArgs, Open>();

  const sockets = createTally(limits.socketsPerKey);
  const subscriptionsOf = createTally(limits.subscriptionsPerKey);

  const onConnect = async ({ connectionParams, extra: connection }: ConnectionContext): Promise<boolean> => {
    const credential = credentialOf(connectionParams);
    if (credential === null) return false;
    let caller: Caller | null;
    try {
      caller = await verifier.verify(credential);
    } catch (error) {
      report(error);
      connection.close(closeCodes.tryAgainLater, 'Try again later');
      return false;
    }
    if (caller === null) return false;
    const owner = callerKey(caller);
    if (!sockets.take(owner)) {
      connection.close(closeCodes.tryAgainLater, 'Too many connections');
      return false;
    }
    connection.whenOver(() => sockets.give(owner));
    connection.admit(caller);
    return true;
  };

  const onSubscribe = (
    { subscriptions, extra: connection }: ConnectionContext,
    id: string,
    payload: SubscribePayload,
  ): ExecutionArgs | readonly GraphQLError[] => {
    const caller = connection.caller();
    if (caller === null) return [refusal('FORBIDDEN', 'The connection is closing.')];
    if (id.length > maxIdLength)
      return [refusal('BAD_USER_INPUT', `The operation id may have ${maxIdLength} characters.`)];
    if (Object.keys(subscriptions).length > limits.operationsPerSocket)
      return [refusal('TOO_MANY_OPERATIONS', `A socket may have ${limits.operationsPerSocket} operations under way.`)];
    const prepared = graphql.prepare(payload, caller);
    if (prepared.type === 'errors') return prepared.errors;
    const owner = callerKey(caller);
    if (prepared.type === 'subscription' && !subscriptionsOf.hasRoom(owner))
      return [refusal('TOO_MANY_OPERATIONS', `A key may have ${limits.subscriptionsPerKey} subscriptions.`)];
    const args: ExecutionArgs = {
      schema: graphql.schema,
      document: prepared.document,
      operationName: payload.operationName ?? null,
    };
    openings.set(
      args,
      prepared.type === 'query'
        ? () => createOperationStream(prepared.run(), () => {})
        : () => subscribe(prepared.plan, id, connection, owner),
    );
    return args;
  };

  const subscribe = (
    { target, key, render }: SubscriptionPlan,
    id: string,
    { writer }: Connection,
    owner: string,
  ): AsyncIterableIterator<ExecutionResult> => {
    const prefix = utf8(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    const stop = hub.subscribe({
      target,
      key,
      render: (update) => utf8(`${render(update)}}`),
      deliver: (payload) => writer.push(prefix, payload),
    });
    subscriptionsOf.take(owner);
    return createOperationStream(null, () => {
      stop();
      subscriptionsOf.give(owner);
    });
  };

  const open = (args: ExecutionArgs): OperationResult => {
    const opening = openings.get(args);
    if (!opening) throw new Error('graphql-ws asked for an operation that was not prepared.');
    return opening();
  };

  return makeServer<Record<string, unknown> | undefined, Connection>({
    connectionInitWaitTimeout: limits.connectionInitMs,
    onConnect,
    onSubscribe,
    execute: open,
    subscribe: open,
  });
}

/** `authorization` of connection_init's payload (S29), without the scheme. */
function credentialOf(payload: Record<string, unknown> | undefined): string | null {
  const authorization = payload?.authorization;
  if (typeof authorization !== 'string') return null;
  return /^(?:Bearer +)?(?<credential>\S+)$/i.exec(authorization)?.groups?.credential ?? null;
}
