import { isDeepStrictEqual } from 'node:util';
import { createStatusClient } from '../../client-sdk/src/index.ts';
import type { Update } from '../../core/contract.ts';
import { describeUpdate } from '../cli/client-commands.ts';
import { type Receiver, startReceiver } from './receiver.ts';

export interface DemoOptions {
  /** The running service. */
  readonly service: { readonly url: string; readonly apiKey: string };
  readonly print: (...lines: readonly string[]) => void;
  /** As it was given, for the commands that are shown. */
  readonly dataFolder: string;
  /** Ends the demo early. */
  readonly signal: AbortSignal;
  readonly workflow?: string;
  readonly input?: { readonly [name: string]: string | number };
}

type ChannelName = 'polling' | 'webhook' | 'subscription';

const description = 'demo receiver';
/** A run of the order takes about a second; the rest is for slow machines. */
const patienceMs = 60_000;

/**
 * Starts one order and reads it through polling, a webhook and a subscription at the same time, printing each update as
 * it arrives. Resolves whether the three sequences were equal; rejects when one of them did not come.
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { service, print, workflow = 'orders', input = { orderId: 'o-1', total: 42 } } = options;
  const { url, apiKey: token } = service;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(patienceMs)]);
  const id = `order-${Date.now().toString(36)}`;
  const seen: { readonly [name in ChannelName]: Update[] } = { polling: [], webhook: [], subscription: [] };
  const take = (channel: ChannelName, update: Update): void => {
    seen[channel].push(update);
    print(`${channel.padEnd(12)} ${describeUpdate(update)}`);
  };

  using polling = createStatusClient({ url, token, channels: 'polling' });
  using subscription = createStatusClient({ url, token, channels: 'subscription' });
  const delivered = Promise.withResolvers<void>();
  const receiver = await startReceiver(({ data }) => {
    if (data.id !== id) return;
    take('webhook', data);
    if (data.done) delivered.resolve();
  });
  const webhooks = createWebhookCalls(url, token, signal);
  try {
    await webhooks.removeFormer();
    const endpointId = await webhooks.register(receiver, workflow);
    print('', `One order, ${id}, through all three channels:`);
    const readers = Promise.all([
      follow(polling.watch(workflow, id, { signal }), (update) => take('polling', update)),
      follow(subscription.watch(workflow, id, { signal }), (update) => take('subscription', update)),
      untilAborted(delivered.promise, signal),
    ]);
    // Should the start fail, that is what there is to tell.
    readers.catch(() => undefined);
    await polling.start(workflow, { id, input, signal });
    await readers;
    await webhooks.remove(endpointId);
  } catch (error) {
    if (options.signal.aborted) return false;
    throw error;
  } finally {
    await receiver.close();
  }
  const [first, ...others] = Object.values(seen).map((updates) => updates.map(plain));
  const equal = others.every((other) => isDeepStrictEqual(other, first));
  print(
    equal
      ? `The three sequences are equal: ${seen.polling.length} updates each, seq 1 to ${seen.polling.length}.`
      : 'THE THREE SEQUENCES DIFFER. This must never happen; please report it.',
  );
  printCommands(options, id, workflow);
  return equal;
}

async function follow(updates: AsyncIterable<Update>, take: (update: Update) => void): Promise<void> {
  for await (const update of updates) {
    take(update);
    if (update.done) return;
  }
}

function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}

/** The client adds `skipped`, which is no part of the update. */
function plain(update: Update & { readonly skipped?: boolean }): Update {
  const { skipped: _, ...rest } = update;
  return rest;
}

/** What a partner does with curl. */
function createWebhookCalls(url: string, token: string, signal: AbortSignal) {
  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal,
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  }
  const remove = (id: string): Promise<unknown> => call('DELETE', `/webhooks/${id}`);
  return {
    remove,
    /** Of a demo that was interrupted. */
    async removeFormer(): Promise<void> {
      const { webhooks } = (await call('GET', '/webhooks')) as {
        readonly webhooks: readonly { readonly id: string; readonly description: string }[];
      };
      for (const webhook of webhooks) if (webhook.description === description) await remove(webhook.id);
    },
    async register(receiver: Receiver, workflow: string): Promise<string> {
      const registered = await call('POST', '/webhooks', {
        url: receiver.url,
        filter: { workflows: [workflow] },
        description,
      });
      const { id, secret } = registered as { readonly id: string; readonly secret: string };
      receiver.setSecret(secret);
      return id;
    },
  };
}

function printCommands({ service: { url }, dataFolder, print }: DemoOptions, id: string, workflow: string): void {
  const elsewhere = url === 'http://127.0.0.1:8787' ? '' : ` --url ${url}`;
  const data = dataFolder === '.statuswire' ? '' : ` --data ${dataFolder}`;
  print(
    '',
    'Try next, in another terminal:',
    `  curl -H "Authorization: Bearer $(cat ${dataFolder}/api-key)" ${url}/status/${workflow}/${id}`,
    `  npx statuswire watch ${workflow} ${id}${elsewhere}${data}`,
    `  npx statuswire start ${workflow} --input '{"orderId":"o-2","total":7}'${elsewhere}${data}`,
    'Ctrl-C stops.',
  );
}
