import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createStatusClient, type StatusClient } from '../../client-sdk/src/index.ts';
import { makeTypes, sourceOf } from '../../embedded/workflow-types/make-types.ts';
import { compileStrictly, docCode, importBundled } from '../support/doc-code.ts';
import { root } from '../support/run-tool.ts';
import { type ServiceKit, serviceKit } from '../support/service-kit.ts';

/** What the examples leave to the application. */
const application = `
  declare const url: string;
  declare const token: string;
  declare function fetchToken(): Promise<string>;
  declare function render(...shown: unknown[]): void;
  declare const stack: import('aws-cdk-lib').Stack;
  declare const stateMachine: import('aws-cdk-lib/aws-stepfunctions').StateMachine;
  declare const logGroup: import('aws-cdk-lib/aws-logs').LogGroup;
`;

const blocksOf = (file: string) => docCode(file).filter(({ language }) => /^tsx?$/.test(language));
const quickStart = blocksOf('README.md').find(({ heading }) => heading === 'For frontend engineers')?.code ?? '';

describe('the documents’ TypeScript', () => {
  it('compiles strictly, block by block', async () => {
    const files: Record<string, string> = {
      'workflows.ts': makeTypes([sourceOf(join(root, 'examples/orders/orders.asl.json'))]),
    };
    for (const file of ['README.md', 'client-sdk/README.md']) {
      blocksOf(file).forEach(({ language, code }, index) => {
        files[`${file.replaceAll(/\W/g, '-')}-${index + 1}.${language}`] = `${code}\nexport {};\n`;
      });
    }
    expect(Object.keys(files).length).toBeGreaterThan(3);
    expect(await compileStrictly(files, application)).toEqual({ code: 0, output: '' });
  });
});

describe('the quick start for frontend engineers', () => {
  let kit: ServiceKit;
  const clients: StatusClient[] = [];
  beforeAll(async () => {
    kit = await serviceKit();
  });
  afterAll(async () => {
    vi.unstubAllGlobals();
    for (const client of clients) client.close();
    await kit.stop();
  });

  it('is at most ten lines', () => {
    const lines = quickStart.split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.length).toBeLessThanOrEqual(10);
  });

  it('shows every update of an order of the real service, once, in order', async () => {
    const id = /watch\('orders', '([\w-]+)'/.exec(quickStart)?.[1] ?? '';
    const shown: unknown[][] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    vi.stubGlobal('fetchToken', async () => kit.service.apiKey);
    vi.stubGlobal('render', (...values: unknown[]) => {
      shown.push(values);
      if (values[0] === 'SUCCEEDED') resolve();
    });
    vi.stubGlobal('createStatusClient', (options: Parameters<typeof createStatusClient>[0]) => {
      const client = createStatusClient({ ...options, url: kit.service.url });
      clients.push(client);
      return client;
    });
    const ended = importBundled(quickStart, {
      '@statuswire/client': 'export const createStatusClient = globalThis.createStatusClient;',
    });
    await kit.call('/executions/orders', { body: { id, input: { total: 7 } } });
    await promise;
    // The watch goes on for a while, because a redrive may follow; closing ends the loop.
    for (const client of clients) client.close();
    await ended;
    const log = await kit.updatesOf('orders', id);
    expect(shown).toEqual(log.map(({ status, state, progress }) => [status, state, progress?.percent]));
  });
});
