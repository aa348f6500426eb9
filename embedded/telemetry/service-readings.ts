import { statSync } from 'node:fs';
import { giveUpAfterMs } from '../../core/limits.ts';
import type { HealthProblem } from '../../handlers/api/types.ts';
import type { Waiters } from '../../handlers/read/waiters.ts';
import type { StartQueue } from '../service/start-queue.ts';
import type { Store } from '../store/index.ts';
import type { StoreStats } from '../store/stats.ts';
import type { Hub } from '../subscriptions/hub.ts';
import type { SubscriptionServer } from '../subscriptions/server.ts';
import type { LoadedWorkflows } from '../workflows/loaded-workflow.ts';
import type { Readings } from './readings.ts';

/** The parts of the service that have something to tell when asked. */
export interface Parts {
  readonly store: Pick<Store, 'stats' | 'writer'>;
  readonly starts: Pick<StartQueue, 'stats'>;
  readonly waiters: Pick<Waiters, 'stats'>;
  readonly hub: Pick<Hub<unknown>, 'stats'>;
  readonly subscriptions: Pick<SubscriptionServer, 'stats'>;
  readonly loaded: Pick<LoadedWorkflows, 'problems'>;
  readonly problems: () => readonly HealthProblem[];
  /** Path of the database. */
  readonly database: string;
}

/** Asks them. */
export function readParts(parts: Parts, now: number): Readings {
  const { store, starts, waiters, hub, subscriptions, loaded, database } = parts;
  const { outbox, deliveries, due, deadLetters } = store.stats();
  const starting = starts.stats();
  const { subscribers, delivered, repeated } = hub.stats();
  const { sockets, slow } = subscriptions.stats();
  return {
    oldest: { fanout: outbox.oldestAt, webhook: deliveries.oldestAt, start: starting.oldestAt },
    depth: { fanout: outbox.behind, webhook: deliveries.waiting, start: starting.waiting },
    due: { executions: due.heads, since: overdueSince(due, now) },
    deadLetters,
    workflowProblems: loaded.problems.length,
    problems: parts.problems(),
    groupFailures: store.writer.stats.failures,
    waiters: waiters.stats().waiting,
    sockets,
    subscriptions: subscribers,
    delivered,
    repeated,
    slowSockets: slow,
    databaseBytes: { database: bytesOf(database), wal: bytesOf(`${database}-wal`) },
  };
}

function overdueSince({ earliestAt, latestAt }: StoreStats['due'], now: number): number | null {
  if (earliestAt !== null && earliestAt < now) return earliestAt;
  return latestAt !== null && latestAt > now + giveUpAfterMs ? latestAt : null;
}

/** 0 where there is no such file. */
const bytesOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
