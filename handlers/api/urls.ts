import type { Context } from 'hono';
import { normalBasePath } from '../../core/addresses.ts';
import type { LogKey } from '../../core/ports.ts';
import type { ApiDeps, ApiEnv } from './types.ts';

/**
 * Where this API answers, without a slash at its end (S22). Forwarding headers are not believed: anybody can send them.
 */
export function baseUrlOf(c: Context<ApiEnv>, deps: ApiDeps): string {
  return deps.publicUrl?.replace(/\/+$/, '') ?? `${new URL(c.req.url).origin}${normalBasePath(deps.basePath)}`;
}

/** The part of a path that names an execution. */
export function executionPath({ workflow, id }: LogKey): string {
  return `${encodeURIComponent(workflow)}/${encodeURIComponent(id)}`;
}
