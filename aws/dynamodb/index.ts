import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type {
  Bindings,
  Connections,
  DeadLetters,
  Deliveries,
  Endpoints,
  Intakes,
  Keys,
  Log,
} from '../../core/ports.ts';
import type { Marks } from '../../handlers/reconcile/marks.ts';
import { createBindings } from './bindings.ts';
import { createConnections } from './connections.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createDeliveries } from './deliveries.ts';
import { createEndpoints } from './endpoints.ts';
import { createExpireLogs, type Expired } from './expire-logs.ts';
import { createFanOutReader, type FanOutReader } from './fan-out-reader.ts';
import { createGeneration } from './generation.ts';
import { createIntakes } from './intakes.ts';
import { createItems } from './items.ts';
import { createKeys } from './keys.ts';
import { createLeftovers } from './leftovers.ts';
import { createCommit } from './log-commit.ts';
import { createLogLists } from './log-lists.ts';
import { createLogReads } from './log-reads.ts';
import { createMarks } from './marks.ts';
import type { RetryOptions } from './retry.ts';

export interface TableOptions {
  /** Made by `createDocumentClient`, or one that retries nothing by itself either. */
  readonly client: DynamoDBDocumentClient;
  /** The table's name. It has the shape that `table.ts` tells. */
  readonly table: string;
  /** Raised by one after each point-in-time restore, so that readers get snapshots (S36). @default 0 */
  readonly generation?: number;
  /** Epoch milliseconds; tells which idempotency records still hold. @default Date.now */
  readonly now?: () => number;
  readonly retry?: RetryOptions;
}

/** The ports on one DynamoDB table. */
export interface TablePorts {
  readonly log: Log;
  readonly intakes: Intakes;
  readonly bindings: Bindings;
  readonly deadLetters: DeadLetters;
  readonly keys: Keys;
  readonly endpoints: Endpoints;
  readonly deliveries: Deliveries;
  readonly connections: Connections;
  readonly marks: Marks;
  /** `OnCommitted` over a batch of the table's stream. */
  readonly fanOut: FanOutReader;
  /** Turns up to `limit` logs that have expired by `now` into markers; to be called by schedule (S4). */
  readonly expireLogs: (now: number, limit: number) => Promise<Expired>;
}

/** Opens nothing: the first request makes the first connection. Throws a RangeError for an unusable generation. */
export function createTablePorts(options: TableOptions): TablePorts {
  const { client, table, now = Date.now, retry = {} } = options;
  const generation = createGeneration(options.generation ?? 0);
  const items = createItems(client, table, retry);
  const leftovers = createLeftovers(items);
  const log: Log = {
    ...createLogReads(items, generation, retry),
    ...createLogLists(items, generation),
    commit: createCommit({ items, generation, leftovers, now }),
  };
  return {
    log,
    intakes: createIntakes(items),
    bindings: createBindings(items, now),
    deadLetters: createDeadLetters(items),
    keys: createKeys(items),
    endpoints: createEndpoints(items),
    deliveries: createDeliveries(items, generation),
    connections: createConnections(items),
    marks: createMarks(items),
    fanOut: createFanOutReader({ items, generation, leftovers, retry }),
    expireLogs: createExpireLogs(items, generation, log),
  };
}
