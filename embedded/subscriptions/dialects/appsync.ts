import { createAppsyncSubscriptions } from '../../../handlers/graphql/appsync/subscriptions.ts';
import type { Graphql } from '../../../handlers/graphql/graphql.ts';
import * as machine from '../../../handlers/subscriptions/appsync/machine.ts';
import { nothing } from '../../../handlers/subscriptions/step.ts';
import type { SubscriptionLimits } from '../limits.ts';
import type { Dialect } from './dialect.ts';

/** Plans of AppSync's kind. */
export type AppsyncPlanner = ReturnType<typeof createAppsyncSubscriptions>;

/** AppSync's realtime protocol. */
export function createAppsync(graphql: Graphql, limits: SubscriptionLimits): Dialect {
  return appsyncDialect(createAppsyncSubscriptions({ graphql }), limits);
}

export function appsyncDialect(plan: AppsyncPlanner, limits: SubscriptionLimits): Dialect {
  const told = { operationsPerSocket: limits.operationsPerSocket, connectionTimeoutMs: 5 * limits.kaMs };
  return {
    update: 'data',
    greetsFirst: true,
    lifeMs: limits.appsyncConnectionMs,
    receive: (text, connection) => machine.receive(text, connection, told),
    initTimedOut: () => nothing,
    greeted: machine.greeted,
    prepare: plan,
    started: machine.started,
    notAllowed: machine.notAllowed,
    failed: machine.failed,
    // It has no queries.
    answered: () => nothing,
  };
}
