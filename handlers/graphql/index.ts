import { layGround } from '../../aws/lambda/ground.ts';
import { createHandler } from '../../aws/lambda/handler.ts';
import { createQueryResolver } from './appsync/query-resolver.ts';

const { telemetry, ports, now, newId } = layGround('graphql');

/** The data source of AppSync's `Query` fields. */
export const handler = createHandler(
  telemetry,
  createQueryResolver({
    log: ports.log,
    now,
    report(error) {
      const incident = newId();
      telemetry.error('an unexpected error', { error, incident });
      return incident;
    },
  }),
);
