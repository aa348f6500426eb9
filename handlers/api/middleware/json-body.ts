import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { problem } from '../../../core/problems.ts';
import { refuse } from '../problem-answer.ts';
import type { ApiEnv } from '../types.ts';

export interface JsonBodyOptions {
  /** Bytes. */
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** May there be no body at all? */
  readonly optional: boolean;
}

/** `application/json` and its kin, e.g. `application/cloudevents+json`, with any parameters. */
const jsonType = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/** What stands before a body is looked at: 415 unless it is JSON, 413 when it is too large, 400 when nested too deeply. */
export function jsonBody({ maxBytes, maxDepth, optional }: JsonBodyOptions): readonly MiddlewareHandler<ApiEnv>[] {
  return [
    bodyLimit({
      maxSize: maxBytes,
      onError: () => {
        // The rest of the body stays unread, so the connection is of no use for another request (RFC 9112 §9.3). A
        // client that is not told sends its next one into a socket that is about to be closed.
        throw refuse(problem('payload-too-large', `The body may have ${maxBytes} bytes.`), { Connection: 'close' });
      },
    }),
    async (c, next) => {
      const text = await c.req.text();
      const type = c.req.header('Content-Type');
      if (type === undefined ? text !== '' || !optional : !jsonType.test(type)) {
        throw refuse(problem('unsupported-media-type', 'Send JSON as application/json.'));
      }
      if (depthOf(text) > maxDepth) {
        throw refuse(problem('bad-request', `The body may be nested ${maxDepth} levels deep.`));
      }
      await next();
    },
  ];
}

/**
 * How deeply arrays and objects are nested, without parsing: what is quoted does not count. One pass over the text and
 * no regular expression, because the text is whatever somebody sent.
 */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '[' || char === '{') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (char === ']' || char === '}') depth -= 1;
  }
  return deepest;
}
