import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TlsFiles } from '../../../embedded/service/tls.ts';
import { createAcceptor } from '../../../embedded/subscriptions/client-socket.ts';
import { systemClock } from '../../../embedded/subscriptions/clock.ts';
import { Connection } from '../../../embedded/subscriptions/connection.ts';
import { appsyncDialect } from '../../../embedded/subscriptions/dialects/appsync.ts';
import { createEntrance } from '../../../embedded/subscriptions/entrance.ts';
import type { ByteText } from '../../../embedded/subscriptions/frame.ts';
import { createConnections } from '../../../embedded/subscriptions/household.ts';
import type { HubStats } from '../../../embedded/subscriptions/hub.ts';
import { defaultSubscriptionLimits as limits } from '../../../embedded/subscriptions/limits.ts';
import { credentialIn, readHandshake } from '../../../handlers/graphql/appsync/authorization.ts';
import { parseRequest } from '../../../handlers/graphql/graphql-http.ts';
import { subprotocol } from '../../../handlers/subscriptions/appsync/machine.ts';
import { endings } from '../../../handlers/subscriptions/endings.ts';
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

  const entrance = createEntrance({ verify: doorkeeper.asCaller }, String);
  const connections = createConnections({ hub, entrance, limits, clock: systemClock, report: String });
  const dialect = appsyncDialect(createPlan(schema, doorkeeper.admittedBy, env), limits);
  const acceptor = createAcceptor(subprotocol, limits);
  server.on('upgrade', (request, socket, head) => {
    acceptor.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.listen(socket);
      connections.add(new Connection(webSocket, dialect, connections.household, readHandshake(request)));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/graphql`,
    stats: hub.stats,
    async close() {
      for (const connection of connections.all) connection.close(endings.restart);
      connections.stop();
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
