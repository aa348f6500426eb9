import type { SendOutcome } from '../../handlers/webhooks/send.ts';

/** A bounded word for how a request to a webhook endpoint ended. */
export type AttemptOutcome = '2xx' | '3xx' | '4xx' | '5xx' | 'timeout' | 'broken-off' | 'unreachable';

/** Everything that gave no whole answer and is neither a time-out nor our own stop is `unreachable`. */
export function attemptOutcome(outcome: SendOutcome): AttemptOutcome {
  if (outcome.type === 'failed') {
    if (outcome.reason.startsWith('no answer within')) return 'timeout';
    return outcome.reason === 'broken off' ? 'broken-off' : 'unreachable';
  }
  if (outcome.status < 300) return '2xx';
  if (outcome.status < 400) return '3xx';
  return outcome.status < 500 ? '4xx' : '5xx';
}
