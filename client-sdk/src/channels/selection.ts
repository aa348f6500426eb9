import type { Json, Update } from '../../../core/contract.ts';
import { attempt } from '../attempt.ts';
import { isUpdate, type Target } from '../channel.ts';

/** Fields that are never null in the contract: one that comes as null was not selected by the publisher. */
const required =
  'tenant workflow id epoch seq cursor kind status done activeStates outputOmitted redriveCount occurredAt recordedAt';

/**
 * The subscription, with every field of the contract: AppSync hands over what both sides select, so that a thin selection
 * here would read as nulls.
 */
export const subscription = `subscription StatusChanged($workflow: ID!, $id: ID) { statusChanged(workflow: $workflow, id: $id) {
${required} state output startedAt stoppedAt progress { percent message } error { name cause } } }`;

/**
 * The update in a GraphQL result. Null when it is not whole: with errors, without a field that a thin selection of the
 * publisher left out, or of another execution, as a wrong filter would let through. `output` is JSON text there (S27).
 */
export function readResult(payload: unknown, { workflow, id }: Target): Update | null {
  const { data, errors } = (payload ?? {}) as {
    readonly data?: { statusChanged?: unknown };
    readonly errors?: unknown;
  };
  const value = data?.statusChanged;
  if (errors || !isUpdate(value) || value.workflow !== workflow || value.id !== id) return null;
  if (required.split(' ').some((name) => value[name as keyof Update] == null)) return null;
  const { output: text } = value;
  const output: Json | undefined = typeof text === 'string' ? attempt(JSON.parse, text) : text;
  return output === undefined ? null : { ...value, output };
}
