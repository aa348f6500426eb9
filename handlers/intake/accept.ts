import type { IntakeFact } from '../../core/facts.ts';
import type { Intakes } from '../../core/ports.ts';
import { ownerOf } from '../../core/projection.ts';
import type { RulesOf } from '../../core/workflow-rules.ts';
import type { Appender } from '../ingest/append.ts';

export interface AcceptRequest {
  readonly tenant: string;
  readonly workflow: string;
  /** null: one is made up. */
  readonly id: string | null;
  /** JSON text. */
  readonly input: string;
  readonly idempotencyKey: string | null;
  /** Hash over workflow and body; tells another request under the same key. */
  readonly fingerprint: string;
}

export type AcceptAnswer =
  | { readonly type: 'accepted'; readonly id: string }
  /** The same key and body as before: the same answer (S26). */
  | { readonly type: 'repeated'; readonly id: string }
  /** The key was used with another body. */
  | { readonly type: 'mismatch' }
  /** The id is taken, in whichever tenant. */
  | { readonly type: 'taken' }
  /** The input names another owner than the caller (S13). */
  | { readonly type: 'tenant-mismatch' }
  | { readonly type: 'unknown-workflow' }
  /** As much is under way as this engine can hold at once; the same request may be taken later. */
  | { readonly type: 'busy' };

export interface AcceptOptions {
  readonly appender: Appender;
  readonly intakes: Intakes;
  readonly rulesOf: RulesOf;
  readonly workflowExists: (workflow: string) => boolean;
  /** May one more with this input be under way? @default always: another service runs them */
  readonly hasRoom?: (input: string) => boolean;
  readonly now: () => number;
  /** Makes a ULID. */
  readonly newId: () => string;
}

/** How long an idempotency key is remembered (S26). */
const idempotencyMs = 24 * 60 * 60 * 1000;

/**
 * Accepts a start: `PENDING`, the input and the idempotency record are one commit, so what was accepted cannot be
 * forgotten (S34). Rejects when it could not be committed.
 */
export function createAccept(options: AcceptOptions): (request: AcceptRequest) => Promise<AcceptAnswer> {
  async function accept(request: AcceptRequest): Promise<AcceptAnswer> {
    const { tenant, workflow, idempotencyKey, fingerprint, input } = request;
    if (!options.workflowExists(workflow)) return { type: 'unknown-workflow' };
    const owner = ownerOf(input, options.rulesOf(workflow));
    if ('inputPath' in options.rulesOf(workflow).owner && owner !== null && owner !== tenant) {
      return { type: 'tenant-mismatch' };
    }
    const repeated = await findRepeated(request);
    if (repeated) return repeated;
    if (options.hasRoom && !options.hasRoom(input)) return { type: 'busy' };
    const id = request.id ?? options.newId();
    const now = options.now();
    const fact: IntakeFact = {
      type: 'intake',
      workflow,
      id,
      machineArn: null,
      executionArn: null,
      startDate: null,
      at: now,
      intakeAttempt: 1,
      status: 'PENDING',
      reason: null,
      tenant,
    };
    const answer = await options.appender.append({ workflow, id }, [fact], {
      create: true,
      intake: { put: { workflow, id, tenant, intakeAttempt: 1, input, acceptedAt: now } },
      ...(idempotencyKey === null
        ? {}
        : { idempotency: { workflow, id, tenant, idempotencyKey, fingerprint, expiresAt: now + idempotencyMs } }),
    });
    if (answer === 'ok') return { type: 'accepted', id };
    // Two of the same request at once: the one that came second finds the first one's record.
    return (await findRepeated(request)) ?? { type: 'taken' };
  }

  async function findRepeated({ tenant, idempotencyKey, fingerprint }: AcceptRequest): Promise<AcceptAnswer | null> {
    if (idempotencyKey === null) return null;
    const known = await options.intakes.findIdempotent(tenant, idempotencyKey, options.now());
    if (!known) return null;
    return known.fingerprint === fingerprint ? { type: 'repeated', id: known.id } : { type: 'mismatch' };
  }

  return accept;
}
