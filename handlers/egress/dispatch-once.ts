import type { Dispatcher } from 'undici';
import type { SendOutcome } from '../../handlers/webhooks/send.ts';

type Answered = Extract<SendOutcome, { type: 'answered' }>;

/**
 * One request by undici's `dispatch`: its `request` makes a stream of every answer's body, of which nobody reads a byte
 * here. Resolves when the whole answer has come: one that breaks off is none, and the request is repeated. Of an answer
 * of over `maxBytes` no more is read; that costs the connection. Rejects when it fails or `signal` is aborted.
 */
export function dispatchOnce(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    let answer: Answered | null = null;
    let bytes = 0;
    let controller: Dispatcher.DispatchController | null = null;
    const aborted = (): Error => new DOMException('The request was broken off.', 'AbortError');
    const abort = (): void => {
      controller?.abort(aborted());
      reject(aborted());
    };
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', abort);
      settle();
    };
    if (signal.aborted) return reject(aborted());
    signal.addEventListener('abort', abort);

    dispatcher.dispatch(request, {
      onRequestStart(started) {
        controller = started;
        // Broken off while it waited for a connection: nothing has been sent.
        if (signal.aborted) started.abort(aborted());
      },
      onResponseStart(_, status, headers) {
        // 1xx only announces.
        if (status < 200) return;
        const retryAfter = headers['retry-after'];
        answer = { type: 'answered', status, retryAfter: typeof retryAfter === 'string' ? retryAfter : null };
      },
      onResponseData(started, chunk) {
        bytes += chunk.length;
        if (bytes <= maxBytes || !answer) return;
        const enough = answer;
        end(() => resolve(enough));
        started.abort(new Error('The answer is longer than anybody reads.'));
      },
      onResponseEnd() {
        const whole = answer;
        end(() => (whole ? resolve(whole) : reject(new Error('The answer has no status.'))));
      },
      onResponseError: (_, error) => end(() => reject(error)),
    });
  });
}
