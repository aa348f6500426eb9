import type { Update } from '../../../core/contract.ts';
import { isUpdate } from '../channel.ts';

/**
 * The subscription, with every field of the contract: AppSync hands over what both sides select, so that a thin selection
 * here would read as nulls.
 */
export const subscription = `subscription StatusChanged($workflow: ID!, $id: ID) {
  statusChanged(workflow: $workflow, id: $id) {
    tenant workflow id epoch seq cursor kind status done state activeStates
    progress { percent message }
    output outputOmitted
    error { name cause }
    redriveCount startedAt stoppedAt occurredAt recordedAt
  }
}`;

/** The update in a GraphQL result; null when there is none that can be used. `output` is JSON text there (S27). */
export function readResult(payload: unknown): Update | null {
  const value = (payload as { readonly data?: { readonly statusChanged?: unknown } } | null)?.data?.statusChanged;
  if (!isUpdate(value)) return null;
  if (typeof value.output !== 'string') return value;
  try {
    return { ...value, output: JSON.parse(value.output) };
  } catch {
    return null;
  }
}
