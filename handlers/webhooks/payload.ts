import type { Update } from '../../core/contract.ts';
import type { WebhookPayload } from '../../core/webhook.ts';

/** The `webhook-id` of an update: the same over every retry and replay (S31). */
export function messageId({ epoch, seq }: Update): string {
  return `upd_${epoch}_${seq}`;
}

/** The body of a delivery. Depends on nothing that a failed attempt changes, so every retry sends the same bytes. */
export function messageBody(update: Update, previousSeq: number | null, skipped: boolean): string {
  const payload: WebhookPayload = {
    type: 'status.updated',
    timestamp: update.occurredAt,
    data: update,
    previousSeq,
    ...(skipped ? { skipped } : {}),
  };
  return JSON.stringify(payload);
}
