import type { GraphQLError } from 'graphql';
import type { Graphql } from '../../../handlers/graphql/graphql.ts';
import type { SubscriptionPlan } from '../../../handlers/graphql/subscription-plan.ts';
import { endings } from '../../../handlers/subscriptions/endings.ts';
import { end, nothing } from '../../../handlers/subscriptions/step.ts';
import * as machine from '../../../handlers/subscriptions/transport-ws/machine.ts';
import type { SubscriptionLimits } from '../limits.ts';
import type { Plan } from '../operation.ts';
import type { Dialect } from './dialect.ts';

/** graphql-transport-ws. */
export function createTransportWs(graphql: Graphql, limits: SubscriptionLimits): Dialect {
  return {
    update: 'next',
    greetsFirst: false,
    lifeMs: null,
    receive: (text, connection) => machine.receive(text, connection, limits),
    initTimedOut: machine.initTimedOut,
    greeted: (came) => machine.greeted(came),
    prepare(request, caller) {
      const prepared = graphql.prepare(request, caller);
      return prepared.type === 'subscription' ? { type: 'subscription', plan: planOf(prepared.plan) } : prepared;
    },
    started: () => nothing,
    // Operations have no credentials of their own here.
    notAllowed: () => end(endings.forbidden),
    failed: (id, errors) => machine.failed(id, errors as readonly GraphQLError[]),
    answered: machine.answered,
  };
}

function planOf({ target, selection, variables }: SubscriptionPlan): Plan {
  return { target, key: selection.key, render: selection.render, selection, variables };
}
