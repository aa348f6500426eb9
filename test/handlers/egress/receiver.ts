import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Receiver {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly received: readonly Received[];
  /** TCP connections so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

export type Respond = (response: ServerResponse, received: Received) => void;

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** A real HTTP server on loopback that keeps what it got. */
export async function startReceiver(respond: Respond = (response) => response.end()): Promise<Receiver> {
  const received: Received[] = [];
  let connections = 0;
  const listener: RequestListener = async (request, response) => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const { method = '', url = '' } = request;
    const one = { method, url, headers, body: await textOf(request) };
    received.push(one);
    respond(response, one);
  };
  const server = createServer((request, response) => void listener(request, response));
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    received,
    connections: () => connections,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
