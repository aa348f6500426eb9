import { randomBytes } from 'node:crypto';
import { layFoundation } from '../../aws/lambda/foundation.ts';
import { createHandler } from '../../aws/lambda/handler.ts';
import { createIncidents } from '../../aws/lambda/incidents.ts';
import { layAccess } from '../../aws/secrets/lay-access.ts';
import { createSfnClient } from '../../aws/step-functions/client.ts';
import { createExecutions } from '../../aws/step-functions/executions.ts';
import sdl from '../../schema.graphql';
import { createGuard } from '../egress/guard.ts';
import { resolveByDns } from '../egress/resolve.ts';
import { createIngest } from '../ingest/ingest.ts';
import { createAwsApi } from './aws-api.ts';

const foundation = layFoundation('api');
const { environment, telemetry, ports, workflows, now, newId } = foundation;
const { rulesOf, isStartable } = workflows;
const { deadLetters, bindings } = ports;

const { verifier, keys } = layAccess(foundation);

const appender = foundation.appender();
const graphqlUrl = environment.optional('graphqlUrl');

const answer = createAwsApi({
  ports,
  verifier,
  keys,
  executions: createExecutions({ client: createSfnClient(), workflows, place: environment.text('place'), now, newId }),
  appender,
  ingest: createIngest({
    ...{ appender, bindings, deadLetters, rulesOf, now, newId },
    onItem: (_source, outcome) => outcome === 'rejected' && telemetry.measure('DeadLetters', 1),
  }),
  rulesOf,
  isStartable,
  checkUrl: createGuard(environment.list('webhookAllow'), resolveByDns).checkUrl,
  schema: sdl,
  channels: {
    socketUrl: environment.optional('socketUrl'),
    webhooks: environment.optional('webhookQueue') !== null,
    appsync: graphqlUrl === null ? null : { url: graphqlUrl, region: process.env.AWS_REGION ?? '' },
  },
  origins: environment.list('origins'),
  publicUrl: environment.optional('publicUrl'),
  now,
  newId,
  random: randomBytes,
  report: ({ error, ...request }) => telemetry.error('an unexpected error', { error, ...request }),
  reportIncident: createIncidents(foundation),
});

export const handler = createHandler(telemetry, answer);
