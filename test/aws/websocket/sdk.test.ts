import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createStatusClient, type Update } from '../../../client-sdk/src/index.ts';
import { createFakeLog } from '../../client-sdk/support/fake-log.ts';
import { countOf, type Deployed, deploy, subscribed, until } from './support.ts';

/** The HTTP side of the deployment, and our own client with subscriptions alone. */
async function connect(
  deployed: Deployed,
  token: () => string | Promise<string>,
  channels: 'auto' | 'subscription' = 'subscription',
  hurry = 20,
) {
  const log = createFakeLog();
  const seen = { isReadable: true, refused: 0 };
  const http = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(String(request.url), 'http://127.0.0.1');
    response.setHeader('content-type', 'application/json');
    if (pathname.startsWith('/.well-known')) {
      const channel = { channel: 'subscription', protocol: 'graphql-transport-ws', url: deployed.api.url };
      response.end(JSON.stringify({ version: 1, channels: [channel] }));
      return;
    }
    const caller = await deployed.verifier.verify(request.headers.authorization);
    if (!caller) seen.refused += 1;
    response.statusCode = caller ? (seen.isReadable ? 200 : 503) : 401;
    response.end(JSON.stringify(response.statusCode === 200 ? log.read(searchParams.get('after')) : {}));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const client = createStatusClient({
    url: `http://127.0.0.1:${port}`,
    token,
    channels,
    // The client's waits are made shorter: its back-off then needs no fake clock beside real sockets.
    timers: {
      setTimeout: (run, ms) => setTimeout(run, ms / hurry),
      clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
      now: () => deployed.clock.now(),
      random: Math.random,
    },
  });
  onTestFinished(() => {
    client.close();
    http.closeAllConnections();
    http.close();
  });
  const got: Update[] = [];
  const done = (async () => {
    for await (const update of client.watch('orders', 'order-1')) got.push(update);
  })();
  const append = async (change: Partial<Update> = {}): Promise<void> => deployed.publish([log.append(change)]);
  return { log, seen, got, append, done };
}

const seqsOf = (got: readonly Update[]): readonly number[] => got.map(({ seq }) => seq);

test('our own client gets each update once and in order, by the socket alone', async () => {
  const deployed = await deploy();
  // In its own time: a reconnect, which a busy machine may bring about, would need the log.
  const { seen, got, append } = await connect(deployed, () => deployed.key, 'subscription', 1);
  await append();
  await subscribed(deployed, 1);
  await until(() => got.length === 1);
  seen.isReadable = false;
  for (const state of ['A', 'B', 'C']) await append({ state, activeStates: [state] });
  await append({ status: 'SUCCEEDED', output: { total: 42 } });
  await until(() => got.length === 5);
  expect(seqsOf(got)).toEqual([1, 2, 3, 4, 5]);
  expect(got.at(-1)?.output).toEqual({ total: 42 });
});

test('our own client: through cuts, dead sockets, lost, repeated and late pushes nothing is lost, repeated or reordered', async () => {
  const lost = new Set<number>();
  const deployed = await deploy({
    decide: ({ method, text }) => {
      const seq = /"seq":(\d+)/.exec(text)?.[1];
      return method === 'POST' && seq !== undefined && lost.has(Number(seq)) ? 429 : 'pass';
    },
  });
  const { log, got, append, done } = await connect(deployed, () => deployed.key);
  await append();
  await subscribed(deployed, 1);
  for (let round = 0; round < 6; round++) {
    const made = deployed.api.made();
    if (round === 1) deployed.clock.advance(2 * 3_600_000);
    if (round === 2) lost.add(log.updates.length + 2);
    if (round === 3) await deployed.publish(log.updates.slice(0, 4));
    if (round === 4) deployed.clock.advance(10 * 60_000);
    if (round === 1 || round === 4) await until(() => deployed.api.made() > made);
    await subscribed(deployed, 1);
    for (let n = 0; n < 5; n++) await append({ state: `${round}/${n}` });
    await deployed.publish(log.updates.slice(-2));
    deployed.clock.advance(6_000);
  }
  await append({ status: 'SUCCEEDED' });
  await done;
  expect(seqsOf(got)).toEqual(Array.from({ length: 32 }, (_, n) => n + 1));
  expect(deployed.failed.length).toBeGreaterThan(0);
});

test('S30: our own client goes on with a fresh token when the old one has expired', async () => {
  const deployed = await deploy();
  const lives = [60, 3_600];
  let asked = 0;
  const { got, append } = await connect(deployed, () => {
    asked += 1;
    return deployed.mint(lives.shift() ?? 3_600);
  });
  await append();
  await subscribed(deployed, 1);
  deployed.clock.advance(60_000);
  await append();
  await until(() => deployed.api.made() >= 2);
  await subscribed(deployed, 1);
  await append();
  await until(() => got.length === 3);
  expect(seqsOf(got)).toEqual([1, 2, 3]);
  expect(asked).toBeGreaterThanOrEqual(2);
  expect(await countOf(deployed)).toBe(1);
});

test.each([
  ['refused', 'sw_none_0123456789abcdef0123', 'subscription'],
  // Not a word is said of it, for graphql-ws's sake; polling, which joins, hears.
  ['expired', null, 'auto'],
] as const)('our own client takes a fresh token when the first was %s', async (_, first, channels) => {
  const deployed = await deploy();
  const bad = first ?? (await deployed.mint(1));
  deployed.clock.advance(1_000);
  const tokens = [bad];
  const { got, append } = await connect(deployed, () => tokens.shift() ?? deployed.key, channels);
  await append();
  await subscribed(deployed, 1);
  await append();
  await until(() => got.length === 2);
  expect(seqsOf(got)).toEqual([1, 2]);
});
