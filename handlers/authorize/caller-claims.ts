import { z } from 'zod';
import { allScopes, type Caller } from '../../core/access.ts';

const name = z.string().min(1);

const callerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('key'),
    keyId: name,
    tenant: name,
    scopes: z.array(z.enum(allScopes)),
  }),
  z.object({
    type: z.literal('token'),
    tenant: name,
    grant: z.discriminatedUnion('type', [
      z.object({ type: z.literal('workflow'), workflow: name }),
      z.object({ type: z.literal('executions'), executions: z.array(z.object({ workflow: name, id: name })) }),
      z.object({ type: z.literal('workflows'), workflows: z.array(name) }),
      z.object({ type: z.literal('tenant') }),
    ]),
    expiresAt: z.number(),
    subject: z.exactOptional(name),
    keyId: z.exactOptional(name),
  }),
]);

/** A caller as text, for what can carry only flat text from an authorizer to what it guards. */
export const callerClaims = (caller: Caller): string => JSON.stringify(caller);

/** The caller in such a text; null when it is none. Proves nothing: only for text that no client can reach. */
export function readCallerClaims(claims: unknown): Caller | null {
  if (typeof claims !== 'string') return null;
  try {
    return callerSchema.safeParse(JSON.parse(claims)).data ?? null;
  } catch {
    return null;
  }
}
