import { accountOf } from '../../../handlers/admission/account.ts';
import { credentialIn } from '../../../handlers/graphql/appsync/authorization.ts';
import { type AppsyncError, permissionDenied } from '../../../handlers/graphql/appsync/errors.ts';
import type { Cancel } from '../clock.ts';
import type { Connection } from '../connection.ts';
import { maxIdLength } from '../protocol.ts';
import { readStart } from './messages.ts';
import type { AppsyncProtocolOptions } from './protocol.ts';

/** The subscriptions of one connection. */
export interface Starts {
  /** Answers `start_ack` once the subscription is active, or `error`. Never rejects. */
  readonly start: (id: string, payload: unknown) => Promise<void>;
  /** Answers `complete`, or `error` when there is none of that id. */
  readonly stop: (id: string) => void;
  /** @param id null for an error that belongs to no subscription. */
  readonly refuse: (id: string | null, ...errors: readonly AppsyncError[]) => void;
  /** The connection is over. */
  readonly end: () => void;
}

export function createStarts(
  { plan, entrance, deliveries, limits }: Pick<AppsyncProtocolOptions, 'plan' | 'entrance' | 'deliveries' | 'limits'>,
  connection: Connection,
  send: (message: object) => void,
): Starts {
  const running = new Map<string, Cancel>();
  let over = false;

  const refuse = (id: string | null, ...errors: readonly AppsyncError[]): void =>
    send({ ...(id !== null && { id }), type: 'error', payload: { errors } });

  /** Why this one cannot even be looked at. */
  const whyNot = (id: string): AppsyncError | null => {
    if (id.length > maxIdLength)
      return { errorType: 'BadRequestException', message: `The id may have ${maxIdLength} characters.` };
    if (running.has(id)) return { errorType: 'DuplicatedOperationError', message: `The id ${id} is in use.` };
    if (running.size < limits.operationsPerSocket) return null;
    const message = `Max number of ${limits.operationsPerSocket} subscriptions reached`;
    return { errorType: 'MaxSubscriptionsReachedError', message };
  };

  return {
    refuse,

    async start(id, payload) {
      const whyRefused = whyNot(id);
      if (whyRefused) return refuse(id.length > maxIdLength ? null : id, whyRefused);
      const asked = readStart(payload);
      if (asked.type === 'malformed') return refuse(id, { errorType: 'BadRequestException', message: asked.reason });

      const verified = await entrance.verify(credentialIn(asked.authorization));
      if (over) return;
      if (verified.type === 'refused') return refuse(id, permissionDenied);
      if (verified.type === 'unavailable')
        return refuse(id, { errorType: 'ServiceUnavailableException', message: 'Try again later.' });
      const { caller } = verified;

      const planned = plan(asked.request, caller);
      if (planned.type === 'errors') return refuse(id, ...planned.errors);
      const owner = accountOf(caller);
      if (!deliveries.hasRoom(owner)) {
        const message = `A key may have ${limits.subscriptionsPerKey} subscriptions.`;
        return refuse(id, { errorType: 'LimitExceededError', message });
      }

      const leave = connection.admit(caller);
      if (over) return;
      const stop = deliveries.start({ plan: planned.plan, id, type: 'data', owner, writer: connection.writer });
      running.set(id, () => {
        stop();
        leave();
      });
      send({ id, type: 'start_ack' });
    },

    stop(id) {
      const stop = running.get(id);
      if (!stop) return refuse(id, { errorType: 'UnknownOperationError', message: `Unknown operation id ${id}` });
      running.delete(id);
      stop();
      send({ id, type: 'complete' });
    },

    end() {
      over = true;
      for (const stop of running.values()) stop();
      running.clear();
    },
  };
}
