import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';
import type { TlsFiles } from '../../../embedded/service/tls.ts';
import { createAppsyncProtocol } from '../../../embedded/subscriptions/appsync/protocol.ts';
import { systemClock } from '../../../embedded/subscriptions/clock.ts';
import { type Connection, openConnection } from '../../../embedded/subscriptions/connection.ts';
import { createDeliveries } from '../../../embedded/subscriptions/deliveries.ts';
import { createEntrance } from '../../../embedded/subscriptions/entrance.ts';
import type { ByteText } from '../../../embedded/subscriptions/frame.ts';
import type { HubStats } from '../../../embedded/subscriptions/hub.ts';
import { createKeepAlive } from '../../../embedded/subscriptions/keep-alive.ts';
import {
  defaultSubscriptionLimits as limits,
  socketBounds,
  subscriptionBounds,
} from '../../../embedded/subscriptions/limits.ts';
import { createFlushQueue } from '../../../embedded/subscriptions/socket-writer.ts';
import { createTally } from '../../../handlers/admission/tally.ts';
import { credentialIn, readHandshake } from '../../../handlers/graphql/appsync/authorization.ts';
import { parseRequest } from '../../../handlers/graphql/graphql-http.ts';
import { schema } from '../../handlers/graphql/support.ts';
import { type Authorizer, createDoorkeeper, type OpenIdConnect } from './identity.ts';
import { createOperations } from './operations.ts';
import { createBroadcast, createPlan } from './subscriptions.ts';

export interface EmulatorOptions {
  readonly authorizer: Authorizer;
  /** The Lambda behind the queries. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  readonly tls?: TlsFiles;
  /** The mode besides, and the environment variables that resolvers have. @default none */
  readonly openIdConnect?: OpenIdConnect;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Emulator {
  /** The API's HTTP endpoint; its realtime one is `/realtime` below, as of a custom domain. */
  readonly endpoint: string;
  readonly stats: () => HubStats;
  readonly close: () => Promise<void>;
}

/**
 * AppSync as its clients see it, over the resolvers as they are deployed: the bundles, the Lambda authorizer, the schema's
 * directives, enhanced filters, the mutation's selection set. The realtime protocol is the embedded service's own.
 */
export async function startEmulator({
  authorizer,
  invoke,
  tls,
  openIdConnect,
  env,
}: EmulatorOptions): Promise<Emulator> {
  const doorkeeper = createDoorkeeper(authorizer, openIdConnect);
  const hub = createBroadcast<ByteText>();
  const operate = createOperations({ schema, invoke, env, publish: (payload) => hub.publish([payload]) });

  const onRequest = async (request: IncomingMessage): Promise<readonly [status: number, body: object]> => {
    const asked = parseRequest(JSON.parse(await text(request)));
    if (typeof asked === 'string')
      return [400, { errors: [{ errorType: 'MalformedHttpRequestException', message: asked }] }];
    const admitted = await doorkeeper.admit(credentialIn(request.headers), asked);
    if (admitted) return [200, await operate(asked, admitted)];
    const message = 'You are not authorized to make this call.';
    return [401, { errors: [{ errorType: 'UnauthorizedException', message }] }];
  };
  const listener: RequestListener = (request, response) => {
    void onRequest(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  };
  const server = tls
    ? createTlsServer({ cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) }, listener)
    : createHttpServer(listener);

  const ka = createKeepAlive(systemClock, limits.kaMs);
  const keepAlive = createKeepAlive(systemClock, limits.keepAliveMs);
  const queue = createFlushQueue();
  const connections = new Set<Connection>();
  const protocol = createAppsyncProtocol({
    plan: createPlan(schema, doorkeeper.admittedBy, env),
    entrance: createEntrance({
      verifier: { verify: doorkeeper.asCaller },
      sockets: createTally(socketBounds(limits)),
      report: String,
    }),
    deliveries: createDeliveries(hub, createTally(subscriptionBounds(limits))),
    limits,
    clock: systemClock,
    ka,
  });
  const webSockets = new WebSocketServer({
    noServer: true,
    handleProtocols: () => 'graphql-ws',
    perMessageDeflate: false,
    autoPong: false,
    allowSynchronousEvents: false,
  });
  server.on('upgrade', (request, socket, head) => {
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const spoken = protocol(readHandshake(request));
      const onGone = (): unknown => connections.delete(connection);
      const common = { limits, clock: systemClock, queue, keepAlive, onSlow: () => undefined };
      const connection = openConnection({ ...common, webSocket, socket, protocol: spoken, onGone });
      connections.add(connection);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/graphql`,
    stats: hub.stats,
    async close() {
      for (const connection of connections) connection.close(1012, 'Service restart');
      ka.stop();
      keepAlive.stop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Publishes as the fan-out does: by the service's mutation, signed for IAM. */
export const publisherHeaders = {
  'content-type': 'application/json',
  authorization:
    'AWS4-HMAC-SHA256 Credential=AKID/20261120/eu-west-1/appsync/aws4_request, SignedHeaders=host, Signature=0',
};
