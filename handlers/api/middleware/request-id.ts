import type { MiddlewareHandler } from 'hono';
import { requestId } from 'hono/request-id';
import type { RandomBytes } from '../../authorize/api-key.ts';
import type { ApiEnv } from '../types.ts';

/** 64 random bits, hex: names one request or one error. */
export function newTraceId(random: RandomBytes): string {
  return Buffer.from(random(8)).toString('hex');
}

/** Every answer has an `X-Request-Id`: the caller's own when it sent a plain one, else a new one. */
export function requestIds(random: RandomBytes): MiddlewareHandler<ApiEnv> {
  return requestId({ limitLength: 100, generator: () => newTraceId(random) });
}
