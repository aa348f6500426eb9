import { layGround } from '../../aws/lambda/ground.ts';
import { createHandler } from '../../aws/lambda/handler.ts';
import { createIncidents } from '../../aws/lambda/incidents.ts';
import { createQueryResolver } from './appsync/query-resolver.ts';

const ground = layGround('graphql');
const { telemetry, ports, now } = ground;

/** The data source of AppSync's `Query` fields. */
export const handler = createHandler(
  telemetry,
  createQueryResolver({
    log: ports.log,
    now,
    report: createIncidents(ground),
  }),
);
