import { createRoute, z } from '@hono/zod-openapi';
import { type Caller, mayRead, seesTenant } from '../../../core/access.ts';
import type { Update } from '../../../core/contract.ts';
import type { Log } from '../../../core/ports.ts';
import { problem } from '../../../core/problems.ts';
import { visibleTo } from '../../read/visible.ts';
import { orMalformedCursor } from '../list-cursor.ts';
import { requireScope } from '../middleware/access.ts';
import { refuse } from '../problem-answer.ts';
import { jsonAnswer, problemAnswers } from '../responses.ts';
import { countParam, nameSchema, statusSchema, textSchema, updateSchema } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';

/**
 * `GET /executions`: the last updates of the caller's executions, newest log first; with `tenant` those of another, for a
 * caller that sees all of them (S24). A watch token of a workflow lists
 * that workflow, one of several workflows the one that is asked for; one of named executions lists nothing, it has to ask
 * for each by its id (S28).
 */
export function listExecutionsRoute(api: Api, { log, verifier, clock, limits }: RouteDeps): void {
  const route = createRoute({
    method: 'get',
    path: '/executions',
    summary: "The caller's executions, newest first",
    middleware: requireScope(verifier, 'read'),
    request: {
      query: z.object({
        tenant: textSchema(1, 128).optional().openapi({ description: "The caller's own when absent" }),
        workflow: nameSchema.optional(),
        status: statusSchema.optional(),
        after: z.string().min(1).max(1_024).optional(),
        limit: countParam(1, limits.listMax).default(limits.listDefault),
      }),
    },
    responses: {
      ...jsonAnswer(200, 'A page', z.object({ executions: z.array(updateSchema), next: z.string().nullable() })),
      ...problemAnswers('bad-request', 'malformed-cursor', 'unauthorized', 'forbidden'),
    },
  });
  api.openapi(route, async (c) => {
    const caller = c.get('caller');
    const { after, limit, status, workflow = onlyWorkflow(caller), tenant = caller.tenant } = c.req.valid('query');
    refuseNamed(caller);
    const nothing = (workflow !== undefined && !mayRead(caller, workflow, null)) || !seesTenant(caller, tenant);
    if (nothing) return c.json({ executions: [], next: null }, 200);
    const filter = { ...(workflow === undefined ? {} : { workflow }), ...(status === undefined ? {} : { status }) };
    const now = clock();
    const page = await orMalformedCursor(log.list(tenant, filter, after ?? null, limit, now));
    return c.json({ executions: await stillVisible(log, caller, page.updates, now), next: page.next }, 200);
  });
}

/** What is listed where nobody says which; undefined: all. */
function onlyWorkflow(caller: Caller): string | undefined {
  if (caller.type === 'key') return undefined;
  const { grant } = caller;
  if (grant.type === 'workflow') return grant.workflow;
  const [only, another] = grant.type === 'workflows' ? grant.workflows : [];
  if (another === undefined) return only;
  throw refuse(problem('bad-request', 'This token names several workflows: list one at a time, by "workflow".'));
}

function refuseNamed(caller: Caller): void {
  if (caller.type === 'token' && caller.grant.type === 'executions')
    throw refuse(problem('forbidden', 'A token of named executions cannot list: ask for each by its id.'));
}

/** A list may lag behind the logs; what has expired, was forgotten or gave way to a later run is not shown (S4). */
async function stillVisible(
  log: Log,
  caller: Caller,
  updates: readonly Update[],
  now: number,
): Promise<readonly Update[]> {
  if (updates.length === 0) return [];
  const heads = await log.load(updates);
  return updates.filter((update, index) => visibleTo(caller, heads[index] ?? null, now)?.epoch === update.epoch);
}
