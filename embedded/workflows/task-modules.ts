import { pathToFileURL } from 'node:url';
import type { AslMachine, AslState } from './asl.ts';
import { statesOf } from './asl.ts';
import type { TaskCall } from './loaded-workflow.ts';
import type { TaskHandler } from './task-handler.ts';
import { readResource } from './task-resource.ts';

/** Handlers by the name they are exported under. */
export type Handlers = ReadonlyMap<string, TaskHandler>;

/** A module's exported functions cannot be checked further than this: they are the user's word. */
function isHandler(value: unknown): value is TaskHandler {
  return typeof value === 'function';
}

/** Imports a workflow's task module; its exported functions are its handlers. Rejects with the module's own error. */
export async function importHandlers(file: string): Promise<Handlers> {
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
  const handlers = new Map<string, TaskHandler>();
  for (const [name, value] of Object.entries(module)) if (isHandler(value)) handlers.set(name, value);
  return handlers;
}

function quoteAll(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' or ');
}

/** Finds what a Task does: a handler by state name, else by function name. The string says why there is none. */
function taskCall(name: string, state: AslState, handlers: Handlers): TaskCall | string {
  const resource = readResource(state);
  if (resource.type === 'unsupported') return resource.reason;
  const names = [...new Set([name, ...(resource.type === 'service' ? [] : resource.names)])];
  const handler = names.map((candidate) => handlers.get(candidate)).find((found) => found !== undefined);
  if (handler === undefined) {
    return resource.type === 'service' && resource.resourceType === 'events' && resource.resource === 'putEvents'
      ? { type: 'put-events' }
      : `no task handler: export a function named ${quoteAll(names)} from the workflow's tasks.ts, tasks.js or tasks.mjs`;
  }
  return resource.type === 'service'
    ? { type: 'service', resourceType: resource.resourceType, resource: resource.resource, handler }
    : { type: resource.type, handler };
}

/** What every Task of the machine does, and the Tasks for which that cannot be said. */
export function bindTasks(
  machine: AslMachine,
  handlers: Handlers,
): {
  readonly tasks: { readonly [state: string]: TaskCall };
  readonly problems: readonly { readonly state: string; readonly reason: string }[];
} {
  const tasks: [string, TaskCall][] = [];
  const problems: { state: string; reason: string }[] = [];
  for (const [name, state] of statesOf(machine)) {
    if (state.Type !== 'Task') continue;
    const call = taskCall(name, state, handlers);
    if (typeof call === 'string') problems.push({ state: name, reason: call });
    else tasks.push([name, call]);
  }
  return { tasks: Object.fromEntries(tasks), problems };
}
