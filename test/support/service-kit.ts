import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Update } from '../../core/contract.ts';
import type { ServiceOptions } from '../../embedded/service/options.ts';
import { type Service, startService } from '../../embedded/service/service.ts';

export const examples = fileURLToPath(new URL('../../examples', import.meta.url));

export interface ServiceKit {
  readonly service: Service;
  /** `fetch` with the first key; answers status, headers and the parsed body. */
  readonly call: (path: string, options?: CallOptions) => Promise<Answer>;
  /** The whole log, by cursor. */
  readonly updatesOf: (workflow: string, id: string) => Promise<readonly Update[]>;
  readonly stop: () => Promise<void>;
}

export interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
  /** null: none. @default the first key */
  readonly credential?: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came.
  readonly body: any;
}

/** The whole service on a free port, with the examples, on a database of its own. */
export async function serviceKit(options: Partial<ServiceOptions> = {}): Promise<ServiceKit> {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-'));
  const service = await startService({
    dataFolder: folder,
    port: 0,
    workflowsFolder: examples,
    timeScale: 0.01,
    webhookAllow: ['127.0.0.1/32'],
    logger: pino({ level: 'silent' }),
    ...options,
  });
  const call = async (path: string, { method, body, headers, credential }: CallOptions = {}): Promise<Answer> => {
    const key = credential === undefined ? service.apiKey : credential;
    const response = await fetch(`${service.url}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return {
    service,
    call,
    async updatesOf(workflow, id) {
      const updates: Update[] = [];
      for (let after = ''; ; ) {
        const { body } = await call(`/status/${workflow}/${encodeURIComponent(id)}/updates${after}`);
        updates.push(...(body.updates ?? []));
        if (!body.more) return updates;
        after = `?after=${body.next}`;
      }
    },
    async stop() {
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
