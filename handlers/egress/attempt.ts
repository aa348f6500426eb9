import type { Send, SendOutcome, SendRequest } from '../webhooks/send.ts';
import { createDeadline } from './deadline.ts';
import { refusedCode } from './guarded-lookup.ts';

/** An answer's body means nothing to us; more than this is not even read, and costs the connection. Bytes. */
export const maxAnswerBytes = 4_096;

/** Posts once. Rejects when there is no whole answer, or `signal` is aborted. */
export type Post = (
  request: Pick<SendRequest, 'url' | 'headers' | 'body'>,
  signal: AbortSignal,
) => Promise<Extract<SendOutcome, { readonly type: 'answered' }>>;

/** A short word for the operator; messages would show addresses. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code } = error as NodeJS.ErrnoException;
  if (code === refusedCode) return error.message;
  return code ?? error.name;
}

/** `post` within a time, with whatever goes wrong told as an outcome. */
export function createAttempt(post: Post, timeoutMs: number): Send {
  return async ({ signal, ...request }) => {
    using deadline = createDeadline(timeoutMs, signal);
    try {
      return await post(request, deadline.signal);
    } catch (error) {
      if (deadline.passed()) return { type: 'failed', reason: `no answer within ${timeoutMs} ms` };
      return { type: 'failed', reason: signal?.aborted ? 'broken off' : reasonOf(error) };
    }
  };
}
