import type { Update } from '../../core/contract.ts';
import type { DeliveryKey } from '../../core/ports.ts';

/** Look at one delivery, at once or when it is due. */
export interface Look {
  readonly key: DeliveryKey;
  /** Epoch milliseconds before which there is nothing to do; null: now. */
  readonly dueAt: number | null;
}

/** What a message of the webhooks' queue asks for. */
export type QueueRequest =
  /** From the topic, by raw delivery: committed, so wake what it concerns. */
  | { readonly type: 'committed'; readonly update: Update }
  | { readonly type: 'look'; readonly look: Look }
  | { readonly type: 'unknown'; readonly reason: string };

/** SQS holds a message back for 15 minutes at most (`DelaySeconds`). */
const longestDelaySeconds = 900;

/**
 * The message that asks for a look. It stays hidden until the look is due, or for as long as the queue can: who receives
 * it before the time sends it on.
 */
export function lookMessage(
  { key, dueAt }: Look,
  now: number,
): { readonly body: string; readonly delaySeconds: number } {
  const { endpointId, workflow, id } = key;
  const waitSeconds = dueAt === null ? 0 : Math.ceil((dueAt - now) / 1000);
  return {
    body: JSON.stringify({ endpointId, workflow, id, ...(dueAt === null ? {} : { dueAt }) }),
    delaySeconds: Math.min(longestDelaySeconds, Math.max(0, waitSeconds)),
  };
}

export function parseQueueMessage(body: string): QueueRequest {
  const value = parse(body);
  if (value === null) return { type: 'unknown', reason: 'The message is no JSON object.' };
  const { endpointId, workflow, id, dueAt, tenant, recordedAt } = value;
  if (typeof workflow !== 'string' || typeof id !== 'string') {
    return { type: 'unknown', reason: 'The message names no execution.' };
  }
  if (typeof endpointId === 'string') {
    const at = typeof dueAt === 'number' ? dueAt : null;
    return { type: 'look', look: { key: { endpointId, workflow, id }, dueAt: at } };
  }
  if (typeof tenant === 'string' && typeof recordedAt === 'string' && !Number.isNaN(Date.parse(recordedAt))) {
    return { type: 'committed', update: value as unknown as Update };
  }
  return { type: 'unknown', reason: 'The message is neither an update nor a delivery to look at.' };
}

function parse(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
