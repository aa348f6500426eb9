import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import { type Context, makeServer, type OperationResult, type Server, type SubscribePayload } from 'graphql-ws';
import { type Account, accountOf } from '../../handlers/admission/account.ts';
import { refusal } from '../../handlers/graphql/errors.ts';
import type { Graphql } from '../../handlers/graphql/graphql.ts';
import type { SubscriptionPlan } from '../../handlers/graphql/subscription-plan.ts';
import { closeCodes } from './close-codes.ts';
import type { Connection } from './connection.ts';
import type { Deliveries } from './deliveries.ts';
import type { Entrance } from './entrance.ts';
import type { SubscriptionLimits } from './limits.ts';
import { createOperationStream } from './operation-stream.ts';

export interface ProtocolOptions {
  readonly graphql: Graphql;
  readonly entrance: Entrance;
  readonly deliveries: Deliveries;
  readonly limits: SubscriptionLimits;
}

type Open = () => AsyncIterableIterator<ExecutionResult>;
type ConnectionContext = Context<Record<string, unknown> | undefined, Connection>;

/** Operation ids are kept per subscription and sent with every update; clients use UUIDs. */
export const maxIdLength = 128;

/**
 * graphql-transport-ws. graphql-ws keeps the protocol: order of messages, ids, ping, close codes. It is given streams
 * that never yield, because the hub writes the `next` messages of subscriptions itself.
 */
export function createProtocol(options: ProtocolOptions): Server<Connection> {
  const { graphql, entrance, deliveries, limits } = options;
  // What onSubscribe found, until graphql-ws comes back with the same arguments in a moment.
  const openings = new WeakMap<ExecutionArgs, Open>();

  const onConnect = async ({ connectionParams, extra: connection }: ConnectionContext): Promise<boolean> => {
    const { type } = await entrance.enter(connection, credentialOf(connectionParams));
    if (type === 'unavailable') connection.close(closeCodes.tryAgainLater, 'Try again later');
    if (type === 'full') connection.close(closeCodes.tryAgainLater, 'Too many connections');
    return type === 'caller';
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
    const owner = accountOf(caller);
    if (prepared.type === 'subscription' && !deliveries.hasRoom(owner))
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
    plan: SubscriptionPlan,
    id: string,
    { writer }: Connection,
    owner: Account,
  ): AsyncIterableIterator<ExecutionResult> =>
    createOperationStream(null, deliveries.start({ plan, id, type: 'next', owner, writer }));

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
