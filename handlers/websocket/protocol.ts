import type { Connection, Connections } from '../../core/ports.ts';
import type { Verifier } from '../authorize/verifier.ts';
import { refusal } from '../graphql/errors.ts';
import type { Graphql, GraphqlRequest } from '../graphql/graphql.ts';
import type { SubscriptionPlan } from '../graphql/subscription-plan.ts';
import type { GivenCredential } from '../subscriptions/credential.ts';
import { endings } from '../subscriptions/endings.ts';
import { whyNot } from '../subscriptions/operations.ts';
import { type Asked, type ConnectionView, end, nothing, type Step } from '../subscriptions/step.ts';
import { answered, failed, greeted, receiveMessage } from '../subscriptions/transport-ws/machine.ts';
import { readMessage } from '../subscriptions/transport-ws/messages.ts';
import { type Answer, answerOf, refuse } from './answers.ts';
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

/** A step that nothing has to be done for. */
type Said = Extract<Step, { readonly type: 'nothing' | 'say' | 'end' }>;

/** The machine's functions on operations say something, whatever they are told. */
const said = (step: Step): Said => (step.type === 'say' || step.type === 'end' ? step : { type: 'nothing' });

/**
 * graphql-transport-ws, message by message: each may be handled by another process, and several of one connection at
 * once. What is said is the machine's (handlers/subscriptions/transport-ws); what is known of a connection lies in
 * `Connections`, whose word on taken ids, full connections and second greetings is the last, because it alone sees them
 * all. Rejects when a store does.
 */
export function createProtocol(options: ProtocolOptions): (incoming: Incoming) => Promise<Answer> {
  const { graphql, connections, verifier, limits, now } = options;

  async function greet({ connectionId: id, connectedAt }: Incoming, { text }: GivenCredential): Promise<Step> {
    const caller = await verifier.verify(text);
    // AWS's clock need not agree with this one, and no connection is older than AWS lets it be.
    const isLikely = connectedAt <= now() && connectedAt > now() - limits.connectionMs;
    const endsAt = (isLikely ? connectedAt : now()) + limits.connectionMs;
    if (caller) {
      const opened = await connections.open({ id, caller, endsAt });
      return opened ? greeted('caller', { connectionTimeoutMs: limits.quietMs }) : end(endings.initialised);
    }
    const expiresAt = expiryOf(text, now());
    if (expiresAt === null) return greeted('refused');
    // Left unanswered for the sweep: graphql-ws comes again at once after the close that a drop may look like to it, so a
    // page with a fixed token would be a tight loop (S30).
    const grant = { type: 'executions', executions: [] } as const;
    const parked = { id, caller: { type: 'token', tenant: '', grant, expiresAt }, endsAt } as const;
    return (await connections.open(parked)) ? nothing : end(endings.initialised);
  }

  /** The connection that a message may act on; null when there is none, or its token has expired (S30). */
  async function present(connectionId: string): Promise<Connection | null> {
    const connection = await connections.find(connectionId);
    if (!connection || connection.endsAt <= now()) return null;
    return connection.caller.type === 'token' && connection.caller.expiresAt <= now() ? null : connection;
  }

  async function open({ id, request }: Asked, connection: Connection): Promise<Step> {
    const prepared = graphql.prepare(request, connection.caller);
    switch (prepared.type) {
      case 'errors':
        return failed(id, prepared.errors);
      case 'query': {
        const answer = said(answered(id, await prepared.run()));
        if (answerOf(answer).messages.every((message) => Buffer.byteLength(message) <= limits.messageBytes))
          return answer;
        const why = `The answer has over ${limits.messageBytes} bytes: ask for less, or over HTTP.`;
        return failed(id, [refusal('UNSUPPORTED', why)]);
      }
      case 'subscription':
        return subscribe(id, request, prepared.plan, connection);
    }
  }

  async function subscribe(
    operationId: string,
    { query, operationName = null }: GraphqlRequest,
    { target: audience, variables }: SubscriptionPlan,
    { id: connectionId, caller, endsAt }: Connection,
  ): Promise<Step> {
    const request = { query, operationName, variables };
    if (Buffer.byteLength(JSON.stringify(request)) > limits.requestBytes)
      return failed(operationId, [
        refusal('TOO_COMPLEX', `Query and variables may have ${limits.requestBytes} bytes.`),
      ]);
    const expiresAt = caller.type === 'token' ? caller.expiresAt : null;
    const subscription = { connectionId, operationId, audience, request, expiresAt, endsAt };
    switch (await connections.subscribe(subscription, limits.operationsPerSocket, now())) {
      case 'subscribed':
      case 'completed':
        return nothing;
      case 'gone':
        return end(endings.unauthorized);
      case 'taken':
        return end(endings.taken);
      case 'full':
        return failed(operationId, [whyNot.perSocket(limits)]);
    }
  }

  async function perform(step: Step, incoming: Incoming, connection: Connection | null): Promise<Step> {
    const { connectionId } = incoming;
    switch (step.type) {
      case 'greet':
        return step.credential.type === 'given' ? greet(incoming, step.credential) : greeted(step.credential.type);
      case 'open':
        return connection ? open(step.asked, connection) : end(endings.unauthorized);
      case 'stop':
        // Nothing is remembered for who has not said who he is.
        if (await connections.find(connectionId))
          await connections.complete(connectionId, step.id, now() + limits.overtakenMs);
        return nothing;
      default:
        return step;
    }
  }

  return async (incoming) => {
    if (Buffer.byteLength(incoming.text) > limits.messageBytes) return refuse(endings.tooBig);
    const message = readMessage(incoming.text);
    // What the machine has to know; the rest is for the store to say.
    const connection = message?.type === 'subscribe' ? await present(incoming.connectionId) : null;
    const view: ConnectionView = { phase: connection ? 'ready' : 'new', operations: [] };
    return answerOf(said(await perform(receiveMessage(message, view, limits), incoming, connection)));
  };
}
