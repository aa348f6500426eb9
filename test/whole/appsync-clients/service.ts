import { selection } from './selection.ts';

const { SERVICE_URL = '', SERVICE_KEY = '' } = process.env;

/** The service under test, which this process trusts by NODE_EXTRA_CA_CERTS. */
export const url = SERVICE_URL;
export const apiKey = SERVICE_KEY;
export const endpoint = `${url}/graphql`;

/** What any JSON route answered. */
export async function call(path: string, body?: unknown, credential = apiKey): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** The log of an execution once it has ended, with `output` as GraphQL has it (S27). */
export async function endedLog(id: string, credential = apiKey): Promise<readonly Record<string, unknown>[]> {
  for (;;) {
    const { updates } = await call(`/status/orders/${id}/updates`, undefined, credential);
    const log = (Array.isArray(updates) ? updates : []) as readonly Record<string, unknown>[];
    if (log.at(-1)?.done !== true) continue;
    return log.map(({ output, ...rest }) => ({ ...rest, output: output === null ? null : JSON.stringify(output) }));
  }
}

export const watchOne = `subscription Watch($workflow: ID!, $id: ID) {
  statusChanged(workflow: $workflow, id: $id) ${selection}
}`;

/** What a subscription got, until it is told to stop. */
export interface Heard {
  readonly updates: unknown[];
  /** Resolves with the first error. */
  readonly failed: Promise<unknown>;
  readonly stop: () => void;
}

interface Observer {
  readonly next: (result: unknown) => void;
  readonly error: (error: unknown) => void;
}

/** Listens by what every client here offers. Results without an update, such as the link's own signals, are left out. */
export function listen(subscribe: (observer: Observer) => { readonly unsubscribe: () => void }): Heard {
  const updates: unknown[] = [];
  const failed = Promise.withResolvers<unknown>();
  const subscription = subscribe({
    next: (result) => {
      const { data, error } = result as { readonly data?: { readonly statusChanged?: object } | null; error?: Error };
      // How Apollo Client 4 tells of errors.
      if (error) failed.resolve(error.cause);
      // Apollo adds __typename to every selection.
      if (data?.statusChanged) updates.push(JSON.parse(JSON.stringify(data.statusChanged, withoutTypename)));
    },
    error: failed.resolve,
  });
  return { updates, failed: failed.promise, stop: () => subscription.unsubscribe() };
}

const withoutTypename = (name: string, value: unknown): unknown => (name === '__typename' ? undefined : value);

/** Types of all messages that the sockets of this process got from the server. */
export const received: string[] = [];

/** Resolves when so many messages of a type have come. */
export async function messages(type: string, count: number): Promise<void> {
  while (received.filter((one) => one === type).length < count) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets `received` see what the clients' own sockets get. */
export function overhear(): void {
  globalThis.WebSocket = new Proxy(WebSocket, {
    construct(target, args: ConstructorParameters<typeof WebSocket>) {
      const socket = new target(...args);
      socket.addEventListener('message', ({ data }) => {
        const { type, errors } = JSON.parse(String(data)) as { readonly type: string; readonly errors?: unknown };
        received.push(errors === undefined ? type : `${type} with errors`);
      });
      return socket;
    },
  });
}
