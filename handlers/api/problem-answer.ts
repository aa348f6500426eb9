import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Problem } from '../../core/contract.ts';
import { problem } from '../../core/problems.ts';
import type { ApiEnv } from './types.ts';

/** RFC 9457 §3. */
export const problemType = 'application/problem+json';

type Headers = Readonly<Record<string, string>>;

/** The answer for a problem, with whatever headers middleware has prepared. */
export function problemAnswer(c: Context<ApiEnv>, what: Problem, headers: Headers = {}): Response {
  return answerOf(c, toResponse(what, headers));
}

/** What a route throws to end with a problem. */
export function refuse(what: Problem, headers: Headers = {}): HTTPException {
  const status = what.status as ContentfulStatusCode;
  return new HTTPException(status, { message: what.title, res: toResponse(what, headers) });
}

/** The answer that a thrown refusal carries; null for the framework's own. */
export function refusalAnswer(c: Context<ApiEnv>, { res }: HTTPException): Response | null {
  return res ? answerOf(c, res) : null;
}

function toResponse(what: Problem, headers: Headers): Response {
  return new Response(JSON.stringify(what), {
    status: what.status,
    headers: { ...headers, 'Content-Type': problemType },
  });
}

/** By way of the context: a bare Response would drop the headers prepared so far, such as the request id. */
function answerOf(c: Context<ApiEnv>, response: Response): Response {
  return c.newResponse(response.body, response);
}

/** The one answer for what is absent and for what the caller may not see (S26). Never says which. */
export function notFound(): HTTPException {
  return refuse(problem('not-found'));
}
