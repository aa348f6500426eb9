import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';

/** What the management API does with a request. `hang`: never answers. */
export type Fate = 'pass' | 'hang' | 403 | 410 | 413 | 429 | 500;

export interface ManagementRequest {
  readonly method: string;
  readonly connectionId: string;
  readonly text: string;
}

export interface ManagementOptions {
  readonly stage: string;
  /** null: no such connection. */
  readonly find: (connectionId: string) => WebSocket | null;
  /** A message passed, in either direction. */
  readonly touch: (connectionId: string) => void;
  /** Takes the connection out and closes it. */
  readonly end: (connectionId: string, code: number | null, reason: string) => void;
  /** Asked before each request; may wait. */
  readonly decide: (request: ManagementRequest) => Fate | Promise<Fate>;
  /** Close code of `DELETE`; null for none. */
  readonly deleteCode: number | null;
}

export const messageBytes = 128 * 1024;
export const frameBytes = 32 * 1024;

const errors = {
  403: 'ForbiddenException',
  410: 'GoneException',
  413: 'PayloadTooLargeException',
  429: 'LimitExceededException',
  500: 'InternalServerErrorException',
} as const;

/** `@connections` as the API reference has it ("apigatewaymanagementapi"), over plain HTTP. */
export function createManagement(options: ManagementOptions) {
  const { stage, find, touch, end, decide, deleteCode } = options;
  const path = new RegExp(`^/${stage}/(?:@|%40)connections/(?<id>[^/]+)$`);

  function pass({ method, connectionId, text }: ManagementRequest): Fate | 200 | 204 {
    const socket = find(connectionId);
    if (!socket) return 410;
    if (method === 'DELETE') {
      end(connectionId, deleteCode, '');
      return 204;
    }
    if (Buffer.byteLength(text) > messageBytes) return 413;
    // "If a larger message is received, the connection is closed with code 1009" goes for this API too.
    if (Buffer.byteLength(text) > frameBytes) end(connectionId, 1009, '');
    else {
      touch(connectionId);
      socket.send(text);
    }
    return 200;
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const id = path.exec(request.url ?? '')?.groups?.id;
    const { method = '' } = request;
    const asked = { method, connectionId: decodeURIComponent(id ?? ''), text: Buffer.concat(chunks).toString() };
    const fate = await decide(asked);
    if (fate === 'hang') return;
    const status = id === undefined ? 403 : fate === 'pass' ? pass(asked) : fate;
    if (status === 'pass' || status === 'hang') return;
    response.statusCode = status;
    if (status === 200 || status === 204) response.end();
    else {
      response.setHeader('x-amzn-errortype', errors[status]);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ message: errors[status] }));
    }
  };
}
