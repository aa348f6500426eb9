import type { Update } from '../../../core/contract.ts';
import { isUpdate } from '../channel.ts';
import type { WatchedUpdate } from '../workflows.ts';
import { parseObject } from './bytes.ts';

/** What a verified text says. */
export type Payload =
  | {
      readonly type: 'update';
      readonly update: WatchedUpdate & Update;
      /** What this endpoint got before of the same log; null for its first, and where the sender does not say (SNS). */
      readonly previousSeq: number | null;
    }
  /** Another type of event: a later version of the service may send some. */
  | { readonly type: 'other' }
  | { readonly type: 'unreadable' };

/**
 * Reads `{ type: 'status.updated', data, previousSeq, skipped? }` (S31, S32), or an update alone, as an SNS topic may
 * carry it. Never throws.
 */
export function readPayload(text: string): Payload {
  const value = parseObject(text);
  if (!value) return { type: 'unreadable' };
  if (typeof value.type === 'string' && value.type !== 'status.updated') return { type: 'other' };
  const data = value.type === undefined ? value : value.data;
  if (!isUpdate(data) || typeof data.workflow !== 'string' || typeof data.id !== 'string')
    return { type: 'unreadable' };
  return {
    type: 'update',
    update: { ...data, skipped: value.skipped === true },
    previousSeq: typeof value.previousSeq === 'number' ? value.previousSeq : null,
  };
}
