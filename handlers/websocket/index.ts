import { layGround } from '../../aws/lambda/ground.ts';
import { createHandler } from '../../aws/lambda/handler.ts';
import { createSecretsClient } from '../../aws/secrets/client.ts';
import { createAccess } from '../../aws/secrets/index.ts';
import { createManagementClient } from '../../aws/sockets/client.ts';
import { createSockets } from '../../aws/sockets/sockets.ts';
import sdl from '../../schema.graphql';
import { createGraphql } from '../graphql/graphql.ts';
import { createSchema } from '../graphql/schema.ts';
import { createWebsocket } from './websocket.ts';

const { environment, telemetry, ports, now, newId } = layGround('websocket');

const { verifier } = createAccess({
  client: createSecretsClient(),
  keySecret: environment.text('keySecret'),
  tokenSecret: environment.text('tokenSecret'),
  keys: ports.keys,
  now,
  oidc: environment.optional('oidc'),
  report: (error) => telemetry.warn('a secret or an issuer could not be read; what it held before goes on', { error }),
});

const answer = createWebsocket({
  graphql: createGraphql({
    schema: createSchema(sdl),
    log: ports.log,
    now,
    report(error) {
      const incident = newId();
      telemetry.error('an unexpected error', { error, incident });
      return incident;
    },
  }),
  connections: ports.connections,
  sockets: createSockets({
    client: createManagementClient(environment.text('managementUrl')),
    report: (error) => telemetry.warn('a socket could not be reached', { error }),
  }),
  verifier,
  origins: environment.list('origins'),
  report: (error) => telemetry.error('a message could not be answered; its connection was dropped', { error }),
  now,
});

export const handler = createHandler(telemetry, answer);
