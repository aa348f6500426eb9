import { layGround } from '../../aws/lambda/ground.ts';
import { createHandler } from '../../aws/lambda/handler.ts';
import { layAccess } from '../../aws/secrets/lay-access.ts';
import { createAppsyncAuthorizer } from './appsync-authorizer.ts';

const ground = layGround('authorize');
const { telemetry, now } = ground;

const { verifier } = layAccess(ground);

/** AppSync's Lambda authorizer. Where it fails, AppSync lets nobody in. */
export const handler = createHandler(telemetry, createAppsyncAuthorizer({ verifier, now }));
