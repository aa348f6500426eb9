import { Agent } from 'undici';
import type { CheckUrl } from '../../handlers/webhooks/register.ts';
import type { Send } from '../../handlers/webhooks/send.ts';
import { createAttempt, maxAnswerBytes } from './attempt.ts';
import { createGuardedConnector } from './connector.ts';
import { dispatchOnce } from './dispatch-once.ts';
import { createGuard } from './guard.ts';
import { type Resolve, resolveByDns } from './resolve.ts';

export interface SenderOptions {
  /** Address ranges (CIDR) that may be called although they are not public, and without TLS. */
  readonly allow: readonly string[];
  /** For the whole attempt: look-up, connection, request and answer. Milliseconds. @default 15_000 */
  readonly timeoutMs?: number;
  /** Connections to one origin; as many as there are deliveries at once, so that none waits for another's. @default 1_024 */
  readonly connectionsPerOrigin?: number;
  /** @default DNS */
  readonly resolve?: Resolve;
}

export interface Sender {
  readonly send: Send;
  readonly checkUrl: CheckUrl;
  /** Ends all connections. */
  close(): Promise<void>;
}

/**
 * Posts to the outside (design G9): guarded addresses only, no redirects, no proxy taken from the environment, HTTP/1.1
 * over connections kept alive.
 */
export function createSender(options: SenderOptions): Sender {
  const { allow, timeoutMs = 15_000, connectionsPerOrigin = 1_024, resolve = resolveByDns } = options;
  const guard = createGuard(allow, resolve);
  const agent = new Agent({
    connect: createGuardedConnector(guard, timeoutMs),
    connections: connectionsPerOrigin,
    allowH2: false,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });

  return {
    send: createAttempt(({ url, headers, body }, signal) => {
      const { origin, pathname, search } = new URL(url);
      const request = { origin, path: pathname + search, method: 'POST', headers, body } as const;
      return dispatchOnce(agent, request, maxAnswerBytes, signal);
    }, timeoutMs),
    checkUrl: guard.checkUrl,
    close: () => agent.destroy(),
  };
}
