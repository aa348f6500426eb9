import { createRoute, z } from '@hono/zod-openapi';
import type { UpdatesPage } from '../../../core/contract.ts';
import { decodeCursor } from '../../../core/cursor.ts';
import { problem } from '../../../core/problems.ts';
import { type ReadAnswer, readUpdates } from '../../read/updates.ts';
import { longPoll } from '../long-poll.ts';
import { requireScope } from '../middleware/access.ts';
import { notFound, refuse } from '../problem-answer.ts';
import { jsonAnswer, problemAnswers } from '../responses.ts';
import { retryAfterHeader } from '../retry-after.ts';
import { countParam, executionParams, updateSchema, waitParam } from '../schemas.ts';
import type { Api, RouteDeps } from '../types.ts';

/** What a page needs beside its updates: names, commas, the cursor. A page of 1,000 has 999 commas. */
const envelopeBytes = 2_048;

const answerSchema = z.union([
  z.object({ updates: z.array(updateSchema), next: z.string().nullable(), more: z.boolean() }),
  z.object({ snapshot: updateSchema, next: z.string(), more: z.literal(false) }),
]);

/**
 * `GET /status/{workflow}/{id}/updates`: what follows a cursor, in order, from the first without one; a snapshot where
 * the log cannot be continued from there (S20). When nothing more follows now, `Retry-After` says when to ask again.
 * `wait` holds the answer while nothing follows `after` (S19).
 */
export function updatesRoute(api: Api, deps: RouteDeps): void {
  const { log, verifier, clock, limits } = deps;
  const route = createRoute({
    method: 'get',
    path: '/status/{workflow}/{id}/updates',
    summary: 'The updates of an execution after a cursor',
    middleware: requireScope(verifier, 'read'),
    request: {
      params: executionParams,
      query: z.object({
        after: z.string().optional(),
        limit: countParam(1, limits.pageMax).default(limits.pageDefault),
        wait: waitParam,
      }),
    },
    responses: {
      ...jsonAnswer(200, 'A page, or a snapshot', answerSchema),
      ...problemAnswers('bad-request', 'malformed-cursor', 'unauthorized', 'forbidden', 'not-found'),
    },
  });
  api.openapi(route, async (c) => {
    const { after, limit } = c.req.valid('query');
    const position = after === undefined ? null : decodeCursor(after);
    if (after !== undefined && !position) throw refuse(problem('malformed-cursor'));
    const key = c.req.valid('param');
    const look = (): Promise<ReadAnswer | null> =>
      readUpdates(log, {
        caller: c.get('caller'),
        key,
        after: position,
        limit,
        maxBytes: limits.pageBytes - envelopeBytes,
        now: clock(),
      });
    const first = await look();
    // From the first update on there is always one to answer, so only a cursor can be waited at.
    const wait = position === null ? 0 : c.req.valid('query').wait;
    const { seen: read, retryAfter, headers } = await longPoll(c, deps, { key, wait, first, look, isKnown });
    if (!read) throw notFound();
    const { head, answer } = read;
    const pace = retryAfterHeader(head, clock(), retryAfter);
    if ('snapshot' in answer) return c.json(answer, 200, { ...headers, ...pace });
    const page: UpdatesPage = { ...answer, next: answer.next ?? after ?? null };
    return c.json(page, 200, page.more ? headers : { ...headers, ...pace });
  });
}

/** A page that holds nothing. */
const isKnown = (read: ReadAnswer | null): boolean =>
  read !== null && 'updates' in read.answer && read.answer.updates.length === 0;
