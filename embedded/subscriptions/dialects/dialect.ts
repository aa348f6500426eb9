import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Caller } from '../../../core/access.ts';
import type { AppsyncError } from '../../../handlers/graphql/appsync/errors.ts';
import type { GraphqlRequest } from '../../../handlers/graphql/graphql.ts';
import type { ConnectionView, Step } from '../../../handlers/subscriptions/step.ts';
import type { Verified } from '../entrance.ts';
import type { Plan } from '../operation.ts';

/** What a protocol makes of a request. */
export type Prepared =
  /** `cost`: what it counts as, in plain operations. */
  | { readonly type: 'query'; readonly cost: number; readonly run: () => Promise<ExecutionResult> }
  | { readonly type: 'subscription'; readonly plan: Plan }
  | { readonly type: 'errors'; readonly errors: readonly (GraphQLError | AppsyncError)[] };

/**
 * A protocol as a connection uses it: one object for all connections. The steps are those of the pure machines in
 * handlers/subscriptions; here is only what this process adds.
 */
export interface Dialect {
  /** Type of the message that carries an update. */
  readonly update: 'next' | 'data';
  /** Credentials come with the handshake, and messages wait for them; else with the first message. */
  readonly greetsFirst: boolean;
  /** How long a connection may live, milliseconds; null: for ever. */
  readonly lifeMs: number | null;
  readonly receive: (text: string, connection: ConnectionView) => Step;
  readonly initTimedOut: (connection: ConnectionView) => Step;
  readonly greeted: (came: 'caller' | 'full' | Exclude<Verified['type'], 'caller'>) => Step;
  readonly prepare: (request: GraphqlRequest, caller: Caller) => Prepared;
  readonly started: (id: string) => Step;
  /** The operation's own credentials were not accepted. */
  readonly notAllowed: (id: string, why: Exclude<Verified['type'], 'caller'>) => Step;
  readonly failed: (id: string, errors: readonly (GraphQLError | AppsyncError)[]) => Step;
  readonly answered: (id: string, result: ExecutionResult) => Step;
}
