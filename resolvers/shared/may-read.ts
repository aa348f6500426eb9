import type { Caller } from '../../core/access.ts';

/**
 * `mayRead` of `core/access.ts` once more, because APPSYNC_JS has no `includes`; a property test holds them together.
 *
 * @param id null: all executions of the workflow, which a token that names executions may not (S28).
 */
export function mayRead(caller: Caller, workflow: string, id: string | null): boolean {
  if (caller.type === 'key') return caller.scopes.indexOf('read') >= 0;
  const { grant } = caller;
  if (grant.type === 'tenant') return true;
  if (grant.type === 'workflows') return grant.workflows.indexOf(workflow) >= 0;
  if (grant.type === 'workflow') return grant.workflow === workflow;
  if (grant.type !== 'executions') return false;
  for (const named of grant.executions) if (named.workflow === workflow && named.id === id) return true;
  return false;
}
