import { z } from '@hono/zod-openapi';
import { allScopes } from '../../core/access.ts';
import { hasLength, isName, maxNameLength, nameRule } from '../../core/names.ts';

/** Shapes that several routes share, as requests are checked against them and as the API describes itself. */

/** A text of so many characters, counted as JSON Schema counts them; zod's own `max` counts UTF-16 units. */
export const textSchema = (least: number, most: number) =>
  z
    .string()
    .refine((text) => hasLength(text, least, most), `must have ${least} to ${most} characters`)
    .openapi({ minLength: least, maxLength: most });

/** What can be asked for; which characters a name really has is the source's affair (S1). */
export const nameSchema = z
  .string()
  .refine(isName, `must have ${nameRule}`)
  .openapi({ minLength: 1, maxLength: maxNameLength, not: { enum: ['.', '..'] } });

/** An execution in a path. Whatever it says, a wrong one is answered like an absent one. */
export const executionParams = z.object({ workflow: z.string(), id: z.string() });

export const statusSchema = z.enum([
  'PENDING',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
  'PENDING_REDRIVE',
]);
export const kindSchema = z.enum(['status', 'state', 'progress']);
export const scopeSchema = z.enum(allScopes);

/** Any JSON value. Described by hand, because it contains itself without end. */
export const jsonSchema = z
  .json()
  .openapi({ type: ['object', 'array', 'string', 'number', 'boolean', 'null'], description: 'Any JSON value' });

export const errorSchema = z.object({ name: z.string().nullable(), cause: z.string().nullable() });

export const updateSchema = z
  .object({
    tenant: z.string(),
    workflow: z.string(),
    id: z.string(),
    epoch: z.string(),
    seq: z.int().min(1),
    cursor: z.string(),
    kind: kindSchema,
    status: statusSchema,
    done: z.boolean(),
    state: z.string().nullable(),
    activeStates: z.array(z.string()),
    progress: z.object({ percent: z.number().nullable(), message: z.string().nullable() }).nullable(),
    output: jsonSchema,
    outputOmitted: z.boolean(),
    error: errorSchema.nullable(),
    redriveCount: z.int(),
    startedAt: z.iso.datetime().nullable(),
    stoppedAt: z.iso.datetime().nullable(),
    occurredAt: z.iso.datetime(),
    recordedAt: z.iso.datetime(),
  })
  .openapi('Update');

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
  })
  .openapi('Problem');

export const endpointSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    filter: z.object({
      workflows: z.array(z.string()).optional(),
      kinds: z.array(kindSchema).optional(),
      statuses: z.array(statusSchema).optional(),
    }),
    description: z.string(),
    createdAt: z.iso.datetime(),
  })
  .openapi('Endpoint');

/** A whole number in a query, in plain digits, within bounds. */
export function countParam(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .openapi({ type: 'integer', minimum: min, maximum: max });
}

/** The longest that an answer is held, seconds (S19). */
export const maxWaitSeconds = 20;
/** How long a client would like the answer to be held, seconds (S19). */
export const waitParam = countParam(0, maxWaitSeconds).optional();
