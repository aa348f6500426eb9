import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWebhookReceiver, toNodeHandler } from '../../../../client-sdk/src/server/index.ts';
import type { World } from './queue-model.ts';

/** What an application got of one execution: seqs in order of arrival. */
export type Got = ReadonlyMap<string, readonly number[]>;

/**
 * An application with the SDK's receiver behind a real HTTP server that drops connections before and after it took an
 * update, says 503, and whose handler fails at times.
 */
export async function startApplication(world: World, secret: string) {
  const got = new Map<string, number[]>();
  const refusals: string[] = [];
  let posts = 0;
  const receiver = createWebhookReceiver({
    secret,
    clock: () => world.now,
    onEvent: (event) => {
      if (event.type === 'refused') refusals.push(event.reason);
    },
    onUpdate({ workflow, id, seq }) {
      if (world.random() < 0.05) throw new Error('injected: the application failed');
      const name = `${workflow}/${id}`;
      got.set(name, [...(got.get(name) ?? []), seq]);
    },
  });
  const handle = toNodeHandler(receiver);
  const server = createServer(async (request, response) => {
    posts += 1;
    const fate = world.random();
    if (fate < 0.05) return void request.destroy();
    if (fate < 0.1) return void response.writeHead(503, { 'retry-after': '7' }).end();
    // The update is taken, and the answer lost: it comes again.
    if (fate < 0.15) response.end = () => response.destroy();
    await handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    got: got as Got,
    refusals,
    posts: () => posts,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    close(): Promise<void> {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
