import { Counter, Histogram, type Registry } from 'prom-client';
import type { Kind } from '../../core/contract.ts';
import type { DeadLetter } from '../../core/ports.ts';
import type { Outcome } from '../../core/reduce.ts';
import type { ItemOutcome, ItemSource } from '../../handlers/ingest/ingest.ts';
import type { Repair } from '../../handlers/ingest/settle.ts';
import type { AttemptOutcome } from './webhook-outcome.ts';

/** What happens once and is counted. Gauges, which are read, stand in readings.ts. Meanings: docs/operations.md. */
export interface Metrics {
  readonly facts: Counter<'outcome'>;
  readonly ingestItems: Counter<'source' | 'outcome'>;
  readonly updatesCommitted: Counter<'kind'>;
  readonly updateLag: Histogram<'kind'>;
  readonly commit: Histogram;
  readonly conflicts: Counter;
  readonly group: Histogram;
  readonly groupWorks: Histogram;
  readonly webhookAttempts: Counter<'outcome'>;
  readonly webhookAttempt: Histogram;
  readonly repairs: Counter<'kind'>;
  readonly deadLetters: Counter<'source'>;
}

/** An fsync takes 0.1 to 10 ms; a disk in trouble seconds. */
const commitBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
/** EventBridge and CloudWatch Logs deliver within seconds, now and then after minutes or hours. */
const lagBuckets = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200];
/** An attempt ends after 15 s at the latest. */
const attemptBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
const worksBuckets = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000];

// Complete by their types: a new outcome does not compile before it is here.
const outcomes = { news: 0, late: 0, duplicate: 0, held: 0, olderRun: 0, gone: 0, tooOld: 0 } as const satisfies Record<
  Outcome,
  0
>;
const kinds = { status: 0, state: 0, progress: 0 } as const satisfies Record<Kind, 0>;
const sources = { status: 0, history: 0, progress: 0, unknown: 0 } as const satisfies Record<ItemSource, 0>;
const itemOutcomes = { accepted: 0, rejected: 0, ignored: 0 } as const satisfies Record<ItemOutcome, 0>;
const repairs = { described: 0, assumed: 0, impossible: 0, abandoned: 0 } as const satisfies Record<Repair, 0>;
const letterSources = { events: 0, intake: 0, owner: 0 } as const satisfies Record<DeadLetter['source'], 0>;
const attempts = {
  '2xx': 0,
  '3xx': 0,
  '4xx': 0,
  '5xx': 0,
  timeout: 0,
  'broken-off': 0,
  unreachable: 0,
} as const satisfies Record<AttemptOutcome, 0>;

/**
 * The instruments of one service, in a registry of their own. No label holds an id, a tenant, a workflow or anything
 * else that a caller chooses, so the number of series is fixed. All of them exist from the start, at zero: an alarm on a
 * rate cannot fire on a series that appears with its first event.
 */
export function createMetrics(registry: Registry): Metrics {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name: `statuswire_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> => new Histogram({ name: `statuswire_${name}`, help, buckets, labelNames, registers });

  const metrics: Metrics = {
    facts: counter('facts_total', 'Facts by what became of them', ['outcome']),
    ingestItems: counter('ingest_items_total', 'Events and log payloads by source and outcome', ['source', 'outcome']),
    updatesCommitted: counter('updates_committed_total', 'Updates appended to logs', ['kind']),
    updateLag: histogram('update_lag_seconds', 'From the source to the log', lagBuckets, ['kind']),
    commit: histogram('commit_seconds', 'From the call of commit until it is durable', commitBuckets),
    conflicts: counter('commit_conflicts_total', 'Changes that met another writer and were tried again'),
    group: histogram('group_seconds', 'One group transaction, fsync included', commitBuckets),
    groupWorks: histogram('group_works', 'Writes that shared one group transaction', worksBuckets),
    webhookAttempts: counter('webhook_attempts_total', 'Requests to webhook endpoints', ['outcome']),
    webhookAttempt: histogram('webhook_attempt_seconds', 'Duration of requests to webhook endpoints', attemptBuckets),
    repairs: counter('repairs_total', 'Times that the sources were not enough', ['kind']),
    deadLetters: counter('dead_letters_total', 'Dead letters written', ['source']),
  };

  for (const outcome of Object.keys(outcomes)) metrics.facts.inc({ outcome }, 0);
  for (const source of Object.keys(sources))
    for (const outcome of Object.keys(itemOutcomes)) metrics.ingestItems.inc({ source, outcome }, 0);
  for (const kind of Object.keys(kinds)) {
    metrics.updatesCommitted.inc({ kind }, 0);
    metrics.updateLag.zero({ kind });
  }
  for (const kind of Object.keys(repairs)) metrics.repairs.inc({ kind }, 0);
  for (const source of Object.keys(letterSources)) metrics.deadLetters.inc({ source }, 0);
  for (const outcome of Object.keys(attempts)) metrics.webhookAttempts.inc({ outcome }, 0);
  return metrics;
}
