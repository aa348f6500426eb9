import { layGround } from '../../aws/lambda/ground.ts';
import { createHandler } from '../../aws/lambda/handler.ts';
import { createIncidents } from '../../aws/lambda/incidents.ts';
import { layAccess } from '../../aws/secrets/lay-access.ts';
import { createManagementClient } from '../../aws/sockets/client.ts';
import { createSockets } from '../../aws/sockets/sockets.ts';
import sdl from '../../schema.graphql';
import { createGraphql } from '../graphql/graphql.ts';
import { createSchema } from '../graphql/schema.ts';
import { createWebsocket } from './websocket.ts';

const ground = layGround('websocket');
const { environment, telemetry, ports, now } = ground;

const { verifier } = layAccess(ground);

const answer = createWebsocket({
  graphql: createGraphql({
    schema: createSchema(sdl),
    log: ports.log,
    now,
    report: createIncidents(ground),
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
