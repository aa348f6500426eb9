import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { isName, nameRule } from '../../../core/names.ts';
import { problem } from '../../../core/problems.ts';
import type { AcceptAnswer } from '../../intake/accept.ts';
import { parseIdempotencyKey } from '../idempotency-key.ts';
import { requireScope } from '../middleware/access.ts';
import { secretHeaders } from '../middleware/caching.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { notFound, refuse } from '../problem-answer.ts';
import { jsonAnswer, problemAnswers } from '../responses.ts';
import type { Api, RouteDeps } from '../types.ts';
import { baseUrlOf, executionPath } from '../urls.ts';

/** What Step Functions takes as a name, less what has to be escaped in a URL (S1). */
const idSchema = z.string().regex(/^[0-9A-Za-z_.-]{1,80}$/, 'must be 1 to 80 of 0-9 A-Z a-z _ . -');

const bodySchema = z.strictObject({
  id: idSchema.optional(),
  input: z.unknown().optional().openapi({ description: 'Any JSON value; {} when absent' }),
});

const answerSchema = z.object({
  workflow: z.string(),
  id: z.string(),
  token: z.string(),
  statusUrl: z.url(),
  resultUrl: z.url(),
});

/**
 * `POST /executions/{workflow}`: accepts a start at once. 202 with a watch token of 15 minutes; the log then says PENDING
 * until it runs. A repeated `Idempotency-Key` gets the same execution with a fresh token (S26).
 */
export function startExecutionRoute(api: Api, deps: RouteDeps): void {
  const { limits, intake, verifier } = deps;
  const route = createRoute({
    method: 'post',
    path: '/executions/{workflow}',
    summary: 'Start an execution',
    middleware: [
      requireScope(verifier, 'start'),
      jsonBody({ maxBytes: limits.bodyBytes, maxDepth: limits.jsonDepth, optional: true }),
    ],
    request: {
      params: z.object({ workflow: z.string() }),
      headers: z.object({ 'Idempotency-Key': z.string().optional() }),
      body: { content: { 'application/json': { schema: bodySchema } } },
    },
    responses: {
      ...jsonAnswer(202, 'Accepted', answerSchema),
      ...problemAnswers('bad-request', 'unauthorized', 'forbidden', 'not-found', 'id-taken', 'payload-too-large'),
      ...problemAnswers('unsupported-media-type', 'invalid-input', 'idempotency-mismatch', 'tenant-mismatch'),
    },
  });
  api.openapi(route, async (c) => {
    const { workflow } = c.req.valid('param');
    const body = c.req.valid('json');
    if (body.id !== undefined && !isName(body.id)) throw refuse(problem('bad-request', `id must have ${nameRule}.`));
    const input = JSON.stringify(body.input === undefined ? {} : body.input);
    if (Buffer.byteLength(input) > limits.inputBytes) {
      throw refuse(problem('payload-too-large', `The input may have ${limits.inputBytes} bytes.`));
    }
    const caller = c.get('caller');
    const answer = await intake.accept({
      tenant: caller.tenant,
      workflow,
      id: body.id ?? null,
      input,
      idempotencyKey: idempotencyKeyOf(c.req.header('Idempotency-Key')),
      fingerprint: createHash('sha256')
        .update(JSON.stringify([workflow, body.id ?? null, input]))
        .digest('hex'),
    });
    const key = { workflow, id: acceptedId(answer) };
    const minted = await verifier.mintToken(caller, { type: 'executions', executions: [key] });
    if (minted.type === 'refused') throw new Error(`No watch token for an accepted execution: ${minted.reason}`);
    const path = executionPath(key);
    const base = baseUrlOf(c, deps);
    const statusUrl = `${base}/status/${path}`;
    const headers = { ...secretHeaders, Location: statusUrl, 'Retry-After': '1' };
    return c.json({ ...key, token: minted.token, statusUrl, resultUrl: `${base}/result/${path}` }, 202, headers);
  });
}

function idempotencyKeyOf(header: string | undefined): string | null {
  if (header === undefined) return null;
  const key = parseIdempotencyKey(header);
  if (key === null) {
    throw refuse(
      problem('bad-request', 'Idempotency-Key must be a string in quotes, or a token, of 1 to 255 characters.'),
    );
  }
  return key;
}

function acceptedId(answer: AcceptAnswer): string {
  switch (answer.type) {
    case 'accepted':
    case 'repeated':
      return answer.id;
    case 'taken':
      throw refuse(problem('id-taken'));
    case 'mismatch':
      throw refuse(problem('idempotency-mismatch'));
    case 'tenant-mismatch':
      throw refuse(problem('tenant-mismatch'));
    case 'unknown-workflow':
      throw notFound();
    case 'busy':
      throw refuse(problem('unavailable', 'As much is under way as can be held at once.'), { 'Retry-After': '5' });
  }
}
