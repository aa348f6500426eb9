import type { MiddlewareHandler } from 'hono';
import { requestId } from 'hono/request-id';
import type { RandomBytes } from '../../authorize/api-key.ts';
import type { ApiEnv } from '../types.ts';

/** 64 random bits, hex: names one request or one error. */
export function newTraceId(random: RandomBytes): string {
  return Buffer.from(random(8)).toString('hex');
}

/** Drawn at a time: one system call can cost more than the rest of a small answer. */
const idsAtOnce = 512;
const idDigits = 16;

/** `newTraceId`, many at a time. */
export function createTraceIds(random: RandomBytes): () => string {
  let digits = '';
  let used = 0;
  return () => {
    if (used >= digits.length) {
      digits = Buffer.from(random((idsAtOnce * idDigits) / 2)).toString('hex');
      used = 0;
    }
    used += idDigits;
    return digits.slice(used - idDigits, used);
  };
}

/** Every answer has an `X-Request-Id`: the caller's own when it sent a plain one, else a new one. */
export function requestIds(random: RandomBytes): MiddlewareHandler<ApiEnv> {
  return requestId({ limitLength: 100, generator: createTraceIds(random) });
}
