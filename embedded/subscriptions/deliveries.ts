import type { Update } from '../../core/contract.ts';
import type { Account } from '../../handlers/admission/account.ts';
import type { Tally } from '../../handlers/admission/tally.ts';
import type { Target } from '../../handlers/graphql/subscription-plan.ts';
import type { Cancel } from './clock.ts';
import { type ByteText, utf8 } from './frame.ts';
import type { Hub } from './hub.ts';
import type { SocketWriter } from './socket-writer.ts';

/** What to deliver: a plan of either protocol. */
interface Plan {
  readonly target: Target;
  readonly key: string;
  /** JSON text of a message's `payload`; null where the update is not for this subscription. */
  readonly render: (update: Update) => string | null;
}

export interface Delivery {
  readonly plan: Plan;
  /** Of the operation: stands in the message. */
  readonly id: string;
  /** Of the message that carries an update. */
  readonly type: 'next' | 'data';
  /** Whom the subscription counts for. */
  readonly owner: Account;
  readonly writer: SocketWriter;
}

/** Subscriptions of sockets to the hub, counted per key and per pool over all protocols. */
export interface Deliveries {
  readonly hasRoom: (owner: Account) => boolean;
  /** From the next update on. Answers how to stop; to be called once. */
  readonly start: (delivery: Delivery) => Cancel;
}

export function createDeliveries(hub: Hub<ByteText>, subscriptions: Tally): Deliveries {
  return {
    hasRoom: subscriptions.hasRoom,
    start({ plan: { target, key, render }, id, type, owner, writer }) {
      const prefix = utf8(`{"id":${JSON.stringify(id)},"type":"${type}","payload":`);
      const stop = hub.subscribe({
        target,
        key,
        render: (update) => {
          const payload = render(update);
          return payload === null ? null : utf8(`${payload}}`);
        },
        deliver: (payload) => writer.push(prefix, payload),
      });
      subscriptions.take(owner);
      return () => {
        stop();
        subscriptions.give(owner);
      };
    },
  };
}
