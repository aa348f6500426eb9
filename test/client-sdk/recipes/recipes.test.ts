import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createStatusClient,
  type StatusClient,
  type StatusSnapshot,
  type Watch,
} from '../../../client-sdk/src/index.ts';
import { compileStrictly, docCode, importBundled } from '../../support/doc-code.ts';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';

// docs/recipes.md, as it stands there: compiled strictly, and run with the real frameworks against the real service.

const blocks = docCode('docs/recipes.md');
const recipe = (heading: string): string => blocks.find((block) => block.heading === heading)?.code ?? '';
const nameOf = (code: string): string => /^\/\/ ([\w-]+\.ts)$/m.exec(code)?.[1] ?? '';

let kit: ServiceKit;
let client: StatusClient;
const watches: Watch[] = [];
beforeAll(async () => {
  kit = await serviceKit();
  const real = createStatusClient({ url: kit.service.url, token: kit.service.apiKey });
  client = {
    ...real,
    watch(...args) {
      const watch = real.watch(...args);
      watches.push(watch);
      return watch;
    },
  };
  vi.stubGlobal('recipeClient', client);
});
afterAll(async () => {
  vi.unstubAllGlobals();
  client.close();
  await kit.stop();
});

/** A recipe's module, with `use` as what an application would do with it. */
const load = async <T>(heading: string, use = ''): Promise<T> =>
  (await importBundled(`export * from 'recipe';\n${use}`, {
    recipe: recipe(heading),
    './client.ts': 'export const client = globalThis.recipeClient;',
  })) as T;

async function startOrder(input: object = { orderId: 'A', total: 7 }): Promise<string> {
  return (await client.start('orders', { input: input as never })).id;
}

type Read = (id: string, show: (snapshot: StatusSnapshot) => void) => () => void;

it('every recipe is ten lines, its imports apart, and compiles strictly', async () => {
  expect(blocks).toHaveLength(6);
  for (const { code } of blocks) {
    const lines = code.split('\n').filter((line) => line !== '' && !/^(import |\/\/)/.test(line));
    expect(lines.length, nameOf(code)).toBeLessThanOrEqual(10);
  }
  const files = Object.fromEntries(blocks.map(({ code }) => [nameOf(code), code]));
  expect(await compileStrictly(files, 'declare function fetchToken(): Promise<string>;')).toEqual({
    code: 0,
    output: '',
  });
});

describe.each([
  [
    'Vue',
    `import { effectScope, watch } from 'vue';
     import { useOrder } from 'recipe';
     export const read = (id, show) => {
       const scope = effectScope();
       scope.run(() => watch(useOrder(id), show, { immediate: true, flush: 'sync' }));
       return () => scope.stop();
     };`,
  ],
  [
    'Svelte',
    `import { orderStore } from 'recipe';
     export const read = (id, show) => orderStore(id).subscribe(show);`,
  ],
  [
    'Solid',
    `import { createEffect, createRoot } from 'solid-js';
     import { createOrder } from 'recipe';
     export const read = (id, show) => createRoot((dispose) => {
       const order = createOrder(id);
       createEffect(() => show(order()));
       return dispose;
     });`,
  ],
])('%s', (framework, use) => {
  it('shows the order as it goes on, to its output, and stops reading with its owner', async () => {
    const { read } = await load<{ readonly read: Read }>(framework, use);
    const id = await startOrder();
    const shown: StatusSnapshot[] = [];
    let stop = (): void => undefined;
    await new Promise<void>((resolve) => {
      stop = read(id, (snapshot) => {
        shown.push(snapshot);
        if (snapshot.status === 'SUCCEEDED') resolve();
      });
    });
    expect(shown[0]).toMatchObject({ status: null });
    expect(shown.at(-1)).toMatchObject({ status: 'SUCCEEDED', output: { orderId: 'A', total: 7 } });
    const seqs = shown.flatMap(({ update }) => (update ? [update.seq] : []));
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));

    expect(watches.at(-1)?.getSnapshot().connection.state).toBe('live');
    stop();
    expect(watches.at(-1)?.getSnapshot().connection.state).toBe('idle');
  });
});

it('no framework: the element shows the state', async () => {
  const { showOrder } = await load<{ readonly showOrder: (id: string, element: Element) => () => void }>(
    'No framework',
  );
  const shown: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const element = {
    set textContent(text: string) {
      shown.push(text);
      if (text === 'SUCCEEDED') resolve();
    },
  };
  const stop = showOrder(await startOrder(), element as unknown as Element);
  await promise;
  stop();
  expect(shown.length).toBeGreaterThan(1);
});

it('Node: prints every update and says how it ended', async () => {
  const { followOrder } = await load<{ readonly followOrder: (id: string) => Promise<string> }>('Node');
  const log = vi.spyOn(console, 'log').mockReturnValue();
  const good = await startOrder();
  expect(await followOrder(good)).toMatch(/^done: \{"orderId":"A","total":7,/);
  const updates = await kit.updatesOf('orders', good);
  expect(log.mock.calls).toEqual(updates.map(({ seq, status, state }) => [seq, status, state]));
  const bad = await startOrder({ payment: 'declined' });
  expect(await followOrder(bad)).toBe('failed: PaymentProcessingError');
});
