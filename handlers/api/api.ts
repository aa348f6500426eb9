import { OpenAPIHono } from '@hono/zod-openapi';
import { normalBasePath } from '../../core/addresses.ts';
import { defaultLimits } from './limits.ts';
import { privateCaching } from './middleware/caching.ts';
import { crossOrigin } from './middleware/cross-origin.ts';
import { observeRequests } from './middleware/observe.ts';
import { onError, onInvalid, onNotFound, wrongMethods } from './middleware/problems.ts';
import { rateLimiting } from './middleware/rate-limit.ts';
import { requestIds } from './middleware/request-id.ts';
import { bindingRoutes } from './routes/bindings.ts';
import { deadLetterRoutes } from './routes/dead-letters.ts';
import { discoveryRoute } from './routes/discovery.ts';
import { eventsRoute } from './routes/events.ts';
import { forgetRoute } from './routes/forget.ts';
import { graphqlRoute } from './routes/graphql.ts';
import { healthRoute, readyRoute } from './routes/health.ts';
import { keyRoutes } from './routes/keys.ts';
import { listExecutionsRoute } from './routes/list-executions.ts';
import { metricsRoute } from './routes/metrics.ts';
import { openApiRoute } from './routes/openapi.ts';
import { redriveRoute } from './routes/redrive.ts';
import { resultRoute } from './routes/result.ts';
import { startExecutionRoute } from './routes/start-execution.ts';
import { statusRoute } from './routes/status.ts';
import { tokensRoute } from './routes/tokens.ts';
import { updatesRoute } from './routes/updates.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import type { Api, ApiDeps, ApiEnv, RouteDeps } from './types.ts';

const routes = [
  discoveryRoute,
  healthRoute,
  readyRoute,
  statusRoute,
  updatesRoute,
  resultRoute,
  startExecutionRoute,
  listExecutionsRoute,
  tokensRoute,
  eventsRoute,
  graphqlRoute,
  webhookRoutes,
  keyRoutes,
  deadLetterRoutes,
  bindingRoutes,
  redriveRoute,
  forgetRoute,
  metricsRoute,
  openApiRoute,
] as const;

/**
 * The HTTP API (design §4), the same in the embedded server and in Lambda: `fetch(request)` answers a request.
 * Every error is a problem (RFC 9457), also for paths and methods that do not exist; docs/http.md lists them.
 *
 * @example
 * const api = createApi({ ...ports, basePath: '/statuswire' });
 * serve({ fetch: api.fetch, port: 8787 });
 */
export function createApi(deps: ApiDeps): Api {
  const routeDeps: RouteDeps = { ...deps, limits: { ...defaultLimits, ...deps.limits } };
  const app = new OpenAPIHono<ApiEnv>();
  app.onError(onError(deps));
  app.notFound(onNotFound);
  app.use('*', requestIds(deps.random));
  if (deps.onRequest) {
    app.use(
      '*',
      observeRequests(normalBasePath(deps.basePath), () => performance.now(), deps.onRequest),
    );
  }
  app.use('*', privateCaching());
  app.use('*', rateLimiting(deps.rateLimiter));
  if (deps.origins.length > 0) app.use('*', crossOrigin(deps.origins));
  app.use('*', wrongMethods(app));

  const api = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid });
  for (const register of routes) register(api, routeDeps);
  app.route(normalBasePath(deps.basePath) || '/', api);
  return app;
}
