import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import type { Clock } from './clock.ts';
import { createHttpSide, textOf } from './proxy-http.ts';
import { createSocketSide } from './proxy-ws.ts';
import { createRoutes } from './routes.ts';
import { carry, createWire, type Wire } from './wire.ts';

/** Stands between one client and the service: real sockets on both sides, and faults in between. */
export interface NetworkProxy {
  /** What the client takes for the service. */
  readonly url: string;
  /** Where the service delivers this client's webhooks. */
  readonly hookUrl: string;
  readonly wire: Wire;
  /** Takes deliveries; until then they are refused. */
  receive(handle: (request: Request) => Promise<Response>): void;
  close(): Promise<void>;
}

interface ProxyOptions {
  /** Where the service is now. */
  readonly upstream: () => string;
  readonly clock: Clock;
}

const hookPath = '/hook';

export async function startProxy({ upstream, clock }: ProxyOptions): Promise<NetworkProxy> {
  const state = createWire(clock);
  const dispatcher = new Agent();
  const routes = createRoutes(upstream, () => url);
  const forward = createHttpSide(state, routes, dispatcher);
  let receiver: ((request: Request) => Promise<Response>) | null = null;

  async function deliver(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const { data } = JSON.parse(String(body)) as { readonly data: { readonly seq: number; readonly epoch: string } };
    let status = 204;
    const handle = receiver;
    if (!handle || state.wire.isFrozen) status = 503;
    else {
      const copy = () =>
        new Request(hookUrl, {
          method: 'POST',
          headers: Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
          body: new Uint8Array(body),
        });
      await carry(state, { carrier: 'webhook', seq: data.seq, epoch: data.epoch }, async () => {
        ({ status } = await handle(copy()));
      });
    }
    response.writeHead(status).end();
  }

  const server = createServer((request, response) => {
    const answered = request.url === hookPath ? deliver(request, response) : forward(request, response);
    answered.catch(() => response.destroy());
  });
  server.on('upgrade', createSocketSide(state, routes));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const hookUrl = `${url}${hookPath}`;

  return {
    url,
    hookUrl,
    wire: state.wire,
    receive(handle) {
      receiver = handle;
    },
    async close() {
      state.wire.cut();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, dispatcher.destroy()]);
    },
  };
}
