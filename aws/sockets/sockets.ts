import {
  type ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Posted, Sockets } from '../../core/ports.ts';

export interface SocketsOptions {
  /** Made by `createManagementClient`, or one that retries nothing by itself either. */
  readonly client: ApiGatewayManagementApiClient;
  /** Told what is no ordinary trouble of a socket: a missing permission, a broken connection, a wrong URL. */
  readonly report: (error: unknown) => void;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
  /** Waits so many milliseconds. @default setTimeout */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Times that a request is made while API Gateway says 429 or fails itself: some 300 ms of waiting in all. */
const attempts = 3;
const firstWaitMs = 100;

/** By HTTP status, since that is what AWS documents for `@connections` ("Use @connections commands in your backend"). */
const outcomes = new Map<number, Posted>([
  [410, 'gone'],
  [413, 'too-large'],
  [429, 'failed'],
]);

/** The sockets behind API Gateway's management API. */
export function createSockets(options: SocketsOptions): Sockets {
  const { client, report, random = Math.random, sleep = pause } = options;

  /** What came of a request; after 429 and 5xx it is made again. One that was not answered in time is not. */
  async function outcome(send: () => Promise<unknown>): Promise<Posted> {
    for (let tries = 1; ; tries++) {
      try {
        await send();
        return 'posted';
      } catch (error) {
        const status = statusOf(error);
        const isPassing = status === 429 || status >= 500;
        if (!isPassing || tries >= attempts) {
          const known = outcomes.get(status);
          if (known === undefined) report(error);
          return known ?? 'failed';
        }
      }
      await sleep(firstWaitMs * tries * (0.5 + random()));
    }
  }

  return {
    post: (ConnectionId, text) =>
      outcome(() => client.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from(text) }))),
    async close(ConnectionId) {
      const closed = await outcome(() => client.send(new DeleteConnectionCommand({ ConnectionId })));
      return closed === 'posted' || closed === 'gone';
    },
  };
}

/** 0 where there was no answer. */
function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !('$metadata' in error)) return 0;
  return (error.$metadata as { readonly httpStatusCode?: number } | undefined)?.httpStatusCode ?? 0;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
