import type { Logger } from 'pino';
import type { FinishedRequest } from '../../handlers/api/types.ts';
import type { Attempt } from '../../handlers/webhooks/deliver.ts';

/** One line per request: `debug`, because metrics count them already; `warn` when the fault is ours. */
export function logRequest(logger: Logger, request: FinishedRequest): void {
  const { status, durationMs, ...rest } = request;
  const line = { ...rest, status, durationMs: Math.round(durationMs * 10) / 10 };
  if (status >= 500) logger.warn(line, 'request');
  else logger.debug(line, 'request');
}

/** Failures only, by the endpoint's id: its URL may have credentials of the partner's in it. */
export function logAttempt(logger: Logger, { endpointId, messageId, outcome, accepted, durationMs }: Attempt): void {
  if (accepted) return;
  const reason = outcome.type === 'answered' ? `status ${outcome.status}` : outcome.reason;
  logger.info({ endpointId, messageId, reason, durationMs }, 'a webhook was not accepted; it is sent again');
}
