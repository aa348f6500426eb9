import * as z from 'zod/mini';
import type { WatchGrant } from '../../core/access.ts';
import { isName } from '../../core/names.ts';

const name = z.string().check(z.refine(isName));

/** What a watch token may name (S28), as `POST /tokens` takes it. */
export const maxNamedExecutions = 20;

const schema = z.union([
  z.strictObject({ workflow: name }),
  z.strictObject({
    executions: z.array(z.tuple([name, z.array(name).check(z.minLength(1))])).check(z.minLength(1)),
  }),
]);

/** The grant inside a token. Ids are grouped by workflow, because 20 executions have to fit 2,048 characters. */
export type GrantClaim = z.infer<typeof schema>;

export function toClaim(grant: WatchGrant): GrantClaim {
  if (grant.type === 'workflow') return { workflow: grant.workflow };
  const ids = Map.groupBy(grant.executions, ({ workflow }) => workflow);
  return { executions: [...ids].map(([workflow, named]) => [workflow, named.map(({ id }) => id)]) };
}

/** null when it is none of ours. */
export function fromClaim(claim: unknown): WatchGrant | null {
  const { data } = schema.safeParse(claim);
  if (!data) return null;
  if ('workflow' in data) return { type: 'workflow', workflow: data.workflow };
  return {
    type: 'executions',
    executions: data.executions.flatMap(([workflow, ids]) => ids.map((id) => ({ workflow, id }))),
  };
}
