import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Caller } from '../../core/access.ts';
import type { Discovery } from '../../core/contract.ts';
import type { Bindings, DeadLetters, Endpoints, Keys, Log } from '../../core/ports.ts';
import type { RandomBytes } from '../authorize/api-key.ts';
import type { Verifier } from '../authorize/verifier.ts';
import type { GraphqlHttp } from '../graphql/graphql-http.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { AcceptAnswer, AcceptRequest } from '../intake/accept.ts';
import type { Operations } from '../operations/operations.ts';
import type { Waiters } from '../read/waiters.ts';
import type { WebhookRegistry } from '../webhooks/register.ts';
import type { ApiLimits } from './limits.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** The intake behind `POST /executions` (S34). */
export interface Intake {
  accept(request: AcceptRequest): Promise<AcceptAnswer>;
}

/** Registration of webhooks: checks the address, makes the secret. */
export type Webhooks = Pick<WebhookRegistry, 'register' | 'remove'>;

/** An error nobody expected. The caller sees `errorId` only. */
export interface UnexpectedError {
  readonly errorId: string;
  readonly requestId: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly error: unknown;
}

/** A request that was answered. */
export interface FinishedRequest {
  readonly requestId: string;
  readonly method: string;
  /** The route's pattern, e.g. `/status/:workflow/:id`, without the base path; null when none matched. */
  readonly route: string | null;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
}

/**
 * `database-damaged`: SQLite said so. `commits-lost`: the disk lost what had been committed before this start.
 * `writes-refused`: the disk is full or read-only. `webhooks-held`: the operator holds them.
 */
export const healthProblems = ['database-damaged', 'commits-lost', 'writes-refused', 'webhooks-held'] as const;
export type HealthProblem = (typeof healthProblems)[number];

/** What the HTTP API is made of; the same for the embedded server and for Lambda. */
export interface ApiDeps {
  readonly log: Log;
  readonly keys: Keys;
  readonly deadLetters: DeadLetters;
  readonly bindings: Bindings;
  readonly endpoints: Endpoints;
  readonly verifier: Verifier;
  /** Holds requests that wish to wait (S19). @default every answer comes at once */
  readonly waiters?: Waiters;
  /** Bounds the requests of each API key and grant (S26). @default no bound */
  readonly rateLimiter?: RateLimiter;
  readonly ingest: Ingest;
  readonly intake: Intake;
  /** What the operator does to executions and dead letters. */
  readonly operations: Operations;
  /** Without it there are no such routes. */
  readonly webhooks?: Webhooks;
  /** Answers `POST /graphql`. */
  readonly graphql: GraphqlHttp;
  /** The channels of this deployment; `baseUrl` is where this API answers, without a slash at its end (S22). */
  readonly discovery: (baseUrl: string) => Discovery;
  /** Origins that browsers may call from, exact (`https://shop.example`), or `*`. None: no CORS headers at all (S23). */
  readonly origins: readonly string[];
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly random: RandomBytes;
  /** Told when an API key was removed, so that what it opened elsewhere can be closed. */
  readonly onKeyRemoved?: (id: string) => void;
  /** Told of every request once its answer is ready, for metrics and logs. */
  readonly onRequest?: (request: FinishedRequest) => void;
  /** What `GET /metrics` answers. Without it there is no such route. */
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** What is not as usual, for `GET /healthz`. @default nothing ever is */
  readonly healthProblems?: () => readonly HealthProblem[];
  /** Whether requests should come here, for `GET /readyz`: not before the start is done, nor once it stops. @default always */
  readonly isReady?: () => boolean;
  /** Told of every unexpected error. */
  readonly report: (error: UnexpectedError) => void;
  /** Overrides of `defaultLimits`. */
  readonly limits?: Partial<ApiLimits>;
  /** Path prefix that all routes are served under, e.g. `/statuswire`. @default '' */
  readonly basePath?: string;
  /**
   * Where clients reach this API, prefix included, e.g. `https://api.example.com/statuswire`. Needed behind a proxy,
   * because forwarding headers are not believed. @default origin of the request, and `basePath`
   */
  readonly publicUrl?: string;
}

/** What middleware leaves for the routes. */
export interface ApiEnv {
  readonly Variables: {
    /** Set on every route that asks for a scope. */
    readonly caller: Caller;
    readonly requestId: string;
    /** Only where there is one. */
    readonly rateLimiter: RateLimiter | undefined;
  };
}

export type Api = OpenAPIHono<ApiEnv>;

/** `ApiDeps` with the defaults filled in. */
export interface RouteDeps extends ApiDeps {
  readonly limits: ApiLimits;
}
