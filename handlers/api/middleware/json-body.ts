import type { MiddlewareHandler } from 'hono';
import { problem } from '../../../core/problems.ts';
import { refuse } from '../problem-answer.ts';
import type { ApiEnv } from '../types.ts';
import { readBody } from './read-body.ts';

export interface JsonBodyOptions {
  /** Bytes. */
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** May there be no body at all? */
  readonly optional: boolean;
}

/** `application/json` and its kin, e.g. `application/cloudevents+json`, with any parameters. */
const jsonType = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/** Of the content codings (RFC 9110 §8.4.1) none is undone here, so that what is counted is what is read. */
const isEncoded = (coding: string): boolean => !['', 'identity'].includes(coding.trim().toLowerCase());

/**
 * What stands before a body is looked at: 415 unless it is JSON without a content coding, 413 when it is too large, 400
 * when nested too deeply..
 */
export function jsonBody({ maxBytes, maxDepth, optional }: JsonBodyOptions): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (c.req.header('Content-Encoding')?.split(',').some(isEncoded)) {
      // Says by this header, and by no other 415 having it, what it was about (RFC 9110 §12.5.3).
      throw refuse(problem('unsupported-media-type', 'Send the body as it is, without a Content-Encoding.'), {
        'Accept-Encoding': 'identity',
      });
    }
    const text = await readBody(c.req, maxBytes);
    if (text === null) {
      // The rest of the body stays unread, so the connection is of no use for another request (RFC 9112 §9.3). A client
      // that is not told sends its next one into a socket that is about to be closed.
      throw refuse(problem('payload-too-large', `The body may have ${maxBytes} bytes.`), { Connection: 'close' });
    }
    const type = c.req.header('Content-Type');
    if (type === undefined ? text !== '' || !optional : !jsonType.test(type)) {
      throw refuse(problem('unsupported-media-type', 'Send JSON as application/json.'));
    }
    if (depthOf(text) > maxDepth) {
      throw refuse(problem('bad-request', `The body may be nested ${maxDepth} levels deep.`));
    }
    await next();
  };
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
