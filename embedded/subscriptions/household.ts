import type { Caller } from '../../core/access.ts';
import { createTally, type Tally } from '../../handlers/admission/tally.ts';
import type { Report } from '../../handlers/graphql/errors.ts';
import { createBacklog } from './backlog.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Entrance } from './entrance.ts';
import type { ByteText } from './frame.ts';
import type { Hub } from './hub.ts';
import { createKeepAlive, type KeepAlive } from './keep-alive.ts';
import { createKeptBytes, type KeptBytes } from './kept-bytes.ts';
import { type SubscriptionLimits, socketBounds, subscriptionBounds } from './limits.ts';
import { createFlushQueue, type WriterRules } from './socket-writer.ts';

/** What all connections of a server have in common. */
export interface Household {
  readonly hub: Hub<ByteText>;
  readonly entrance: Entrance;
  /** Sockets, and subscriptions, of each caller and its pool. */
  readonly sockets: Tally;
  readonly subscriptions: Tally;
  readonly kept: KeptBytes;
  /** Counts an operation; false when it is over the caller's allowance. */
  readonly count: (caller: Caller, cost: number) => boolean;
  readonly limits: SubscriptionLimits;
  readonly clock: Clock;
  readonly writers: WriterRules;
  /** Pings, and AppSync's `ka`. */
  readonly pings: KeepAlive<Connection>;
  readonly ka: KeepAlive<Connection>;
  readonly report: Report;
  /** A socket is gone. */
  readonly onGone: (connection: Connection) => void;
  /** One is closed for reading too slowly. */
  readonly onSlow: () => void;
}

export interface HouseholdOptions {
  readonly hub: Hub<ByteText>;
  readonly entrance: Entrance;
  readonly limits: SubscriptionLimits;
  readonly clock: Clock;
  readonly report: Report;
  /** Counts an operation; false when it is over the caller's allowance. @default all are within it */
  readonly count?: ((caller: Caller, cost: number) => boolean) | undefined;
}

/** All connections of a server, and what they have in common. */
export interface Connections {
  readonly household: Household;
  readonly all: ReadonlySet<Connection>;
  readonly add: (connection: Connection) => void;
  /** Closed since the start for reading too slowly. */
  readonly slow: () => number;
  /** No more pings; when all are gone. */
  readonly stop: () => void;
}

export function createConnections({ hub, entrance, limits, clock, report, count }: HouseholdOptions): Connections {
  const all = new Set<Connection>();
  const backlog = createBacklog(limits.backlogBytesInAll);
  const pings = createKeepAlive<Connection>(clock, limits.keepAliveMs, (connection) => connection.ping());
  const ka = createKeepAlive<Connection>(clock, limits.kaMs, (connection) => connection.sendKa());
  let slow = 0;
  return {
    household: {
      hub,
      entrance,
      sockets: createTally(socketBounds(limits)),
      subscriptions: createTally(subscriptionBounds(limits)),
      kept: createKeptBytes(limits),
      count: count ?? (() => true),
      limits,
      clock,
      writers: { queue: createFlushQueue(backlog.relieve), backlogBytes: limits.backlogBytes, backlog },
      pings,
      ka,
      report,
      onGone: (connection) => void all.delete(connection),
      onSlow: () => {
        slow += 1;
      },
    },
    all,
    add: (connection) => void all.add(connection),
    slow: () => slow,
    stop() {
      pings.stop();
      ka.stop();
    },
  };
}
