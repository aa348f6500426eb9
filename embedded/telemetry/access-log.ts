import type { Logger } from 'pino';
import type { FinishedRequest } from '../../handlers/api/types.ts';
import type { Attempt } from '../../handlers/webhooks/deliver.ts';

/** One line per request: `debug`, because metrics count them already; `warn` when the fault is ours. */
export function logRequest(logger: Logger, request: FinishedRequest): void {
  const level = request.status >= 500 ? 'warn' : 'debug';
  // Before the line is made: most services do not want it, and it would cost every request.
  if (!logger.isLevelEnabled(level)) return;
  const { status, durationMs, ...rest } = request;
  logger[level]({ ...rest, status, durationMs: Math.round(durationMs * 10) / 10 }, 'request');
}

/** Failures only, by the endpoint's id: its URL may have credentials of the partner's in it. */
export function logAttempt(logger: Logger, { endpointId, messageId, outcome, accepted, durationMs }: Attempt): void {
  if (accepted) return;
  const reason = outcome.type === 'answered' ? `status ${outcome.status}` : outcome.reason;
  logger.info({ endpointId, messageId, reason, durationMs }, 'a webhook was not accepted; it is sent again');
}
