import { type Agent, fetch } from 'undici';
import type { Update } from '../../../core/contract.ts';
import type { Deployment, Execution } from '../deployment.ts';

interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly credential?: string;
}

/** What a service is asked for over HTTP, wherever it runs. */
export interface HttpCalls
  extends Pick<Deployment, 'start' | 'read' | 'latest' | 'token' | 'accepts' | 'addWebhook' | 'removeWebhook'> {
  /** The body of the answer. Throws when its status is another. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came.
  call(path: string, options: CallOptions, expected: number): Promise<any>;
}

export interface HttpCallsOptions {
  /** Where the service is now, without a slash at the end. */
  readonly url: () => string;
  readonly key: () => string;
  /** Its connections. */
  readonly dispatcher: () => Agent;
}

export function createHttpCalls({ url, key, dispatcher }: HttpCallsOptions): HttpCalls {
  async function ask(path: string, { method, body, credential = key() }: CallOptions = {}) {
    const response = await fetch(`${url()}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      dispatcher: dispatcher(),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  const call: HttpCalls['call'] = async (path, options, expected) => {
    const { status, body } = await ask(path, options);
    if (status !== expected) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  };

  const pathOf = ({ workflow, id }: Execution): string => `/status/${workflow}/${id}`;

  return {
    call,
    async start(workflow, id, input) {
      await call(`/executions/${workflow}`, { body: { id, input } }, 202);
    },
    async read(execution) {
      const updates: Update[] = [];
      for (let after = ''; ; ) {
        const { body, status } = await ask(`${pathOf(execution)}/updates${after}`);
        if (status !== 200) return updates;
        if (body.snapshot) return [body.snapshot];
        updates.push(...body.updates);
        if (!body.more) return updates;
        after = `?limit=1000&after=${body.next}`;
      }
    },
    async latest(execution) {
      const { body, status } = await ask(pathOf(execution));
      return status === 200 ? body : { epoch: '', seq: 0 };
    },
    async token(execution, ttlSeconds) {
      const { token } = await call('/tokens', { body: { executions: [execution], ttlSeconds } }, 200);
      return token;
    },
    async accepts(token, execution) {
      const { status } = await ask(pathOf(execution), { credential: token });
      return status !== 401;
    },
    async addWebhook(hookUrl, workflow) {
      return call('/webhooks', { body: { url: hookUrl, filter: { workflows: [workflow] } } }, 201);
    },
    async removeWebhook(id) {
      await call(`/webhooks/${id}`, { method: 'DELETE' }, 204);
    },
  };
}
