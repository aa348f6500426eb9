import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { DeadLetters, Log } from '../../core/ports.ts';
import type { FinishedRequest } from '../../handlers/api/types.ts';
import type { AppenderOptions } from '../../handlers/ingest/append.ts';
import type { IngestOptions } from '../../handlers/ingest/ingest.ts';
import type { SettleOptions } from '../../handlers/ingest/settle.ts';
import type { DelivererOptions } from '../../handlers/webhooks/deliver.ts';
import type { OnGroup } from '../store/writer.ts';
import { logAttempt, logRequest } from './access-log.ts';
import { createMetrics } from './metrics.ts';
import { observeDeadLetters, observeLog } from './observe-ports.ts';
import { processMetrics } from './process-metrics.ts';
import { createReadings } from './readings.ts';
import { createRequestMetrics } from './request-metrics.ts';
import { type Parts, readParts } from './service-readings.ts';
import { createTracing, type Tracing } from './tracing.ts';
import { attemptOutcome } from './webhook-outcome.ts';

/** Metrics, spans and request lines of one service. The hooks go into the parts' options, the wrappers around them. */
export interface Telemetry {
  /** Spans; `log` is measured besides. */
  readonly wrap: Tracing & { deadLetters(deadLetters: DeadLetters): DeadLetters };
  readonly hooks: {
    readonly onGroup: OnGroup;
    readonly onOutcome: NonNullable<AppenderOptions['onOutcome']>;
    readonly onItem: NonNullable<IngestOptions['onItem']>;
    readonly onRepair: NonNullable<SettleOptions['onRepair']>;
    readonly onAttempt: NonNullable<DelivererOptions['onAttempt']>;
    readonly onRequest: (request: FinishedRequest) => void;
  };
  /** What `GET /metrics` answers, the parts' numbers looked up each time. */
  exposition(parts: Parts): () => Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface TelemetryOptions {
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** RFC 9110 §9.3 and PATCH; anything else could be made up by a caller. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function createTelemetry({ logger, now }: TelemetryOptions): Telemetry {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const requests = createRequestMetrics(registry);
  const updateReadings = createReadings(registry);
  const tracing = createTracing();

  return {
    wrap: {
      ...tracing,
      log: (log: Log) => tracing.log(observeLog(log, metrics, () => performance.now())),
      deadLetters: (deadLetters) => observeDeadLetters(deadLetters, metrics),
    },
    hooks: {
      onGroup(works, durationMs) {
        metrics.group.observe(durationMs / 1000);
        metrics.groupWorks.observe(works);
      },
      onOutcome(counts) {
        for (const [outcome, count] of Object.entries(counts)) if (count > 0) metrics.facts.inc({ outcome }, count);
      },
      onItem: (source, outcome) => metrics.ingestItems.inc({ source, outcome }),
      onRepair: (kind) => metrics.repairs.inc({ kind }),
      onAttempt(attempt) {
        metrics.webhookAttempts.inc({ outcome: attemptOutcome(attempt.outcome) });
        metrics.webhookAttempt.observe(attempt.durationMs / 1000);
        logAttempt(logger, attempt);
      },
      onRequest(request) {
        const route = request.route ?? 'none';
        const method = methods.has(request.method) ? request.method : 'other';
        requests.observe(method, route, request.status, request.durationMs / 1000);
        logRequest(logger, request);
      },
    },
    exposition: (parts) => async () => {
      const at = now();
      updateReadings(readParts(parts, at), at);
      const process = processMetrics();
      return { contentType: registry.contentType, body: (await registry.metrics()) + (await process.metrics()) };
    },
  };
}
