import { expect, onTestFinished, test } from 'vitest';
import { createManagementClient } from '../../../aws/sockets/client.ts';
import { createSockets } from '../../../aws/sockets/sockets.ts';
import type { Fate } from '../../support/websocket-api-emulator/management.ts';
import { deploy, openRaw } from './support.ts';

/** Deployed, with the fates of the next requests. */
async function withFates(...fates: readonly Fate[]) {
  const left = [...fates];
  const asked: string[] = [];
  let isOpen = false;
  const deployed = await deploy({
    // Far more than a busy machine needs, unless nothing is to be answered.
    requestTimeout: fates.includes('hang') ? 1_000 : 20_000,
    decide: ({ method, text }) => {
      if (!isOpen) return 'pass';
      asked.push(`${method} ${text}`);
      return left.shift() ?? 'pass';
    },
  });
  const client = await openRaw(deployed);
  isOpen = true;
  const [id = ''] = deployed.api.open();
  return { ...deployed, client, id, asked };
}

test('a message is posted as it is, and a socket closed', async () => {
  const { sockets, client, id } = await withFates();
  expect(await sockets.post(id, '{"text":"ä😀"}')).toBe('posted');
  await client.got(2);
  expect(client.messages[1]).toEqual({ text: 'ä😀' });
  expect(await sockets.close(id)).toBe(true);
  await client.closed;
  expect(await sockets.post(id, '{}')).toBe('gone');
  expect(await sockets.close(id)).toBe(true);
});

test.each<[string, readonly Fate[], string, number, number]>([
  ['429 once: tried again', [429], 'posted', 2, 0],
  ['429 twice: tried again', [429, 429], 'posted', 3, 0],
  ['429 for long: given up after three tries', [429, 429, 429], 'failed', 3, 0],
  ['5xx: tried again', [500], 'posted', 2, 0],
  ['5xx for long: given up, and told', [500, 500, 500], 'failed', 3, 1],
  ['410: gone, at once', [410], 'gone', 1, 0],
  ['413: too large, at once', [413], 'too-large', 1, 0],
  ['403: a missing permission is told', [403], 'failed', 1, 1],
  ['no answer: given up after one time-out', ['hang'], 'failed', 1, 1],
])('%s', async (_, fates, posted, requests, reports) => {
  const { sockets, id, asked, reported } = await withFates(...fates);
  expect(await sockets.post(id, '{}')).toBe(posted);
  expect(asked).toEqual(Array(requests).fill('POST {}'));
  expect(reported).toHaveLength(reports);
});

test('what cannot be closed is said to be so', async () => {
  const { sockets, id } = await withFates(429, 429, 429);
  expect(await sockets.close(id)).toBe(false);
  expect(await sockets.close(id)).toBe(true);
});

test('waits between tries grow, and stay below 500 ms in all', async () => {
  const { api, id } = await withFates(429, 429, 429, 429, 429, 429);
  const client = createManagementClient(api.managementUrl, {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  onTestFinished(() => client.destroy());
  for (const random of [0, 0.999]) {
    const waits: number[] = [];
    const sockets = createSockets({
      client,
      report: () => undefined,
      random: () => random,
      sleep: async (ms) => void waits.push(ms),
    });
    expect(await sockets.post(id, '{}')).toBe('failed');
    expect(waits).toHaveLength(2);
    expect(waits[1]).toBeGreaterThan(waits[0] ?? 0);
    expect((waits[0] ?? 0) + (waits[1] ?? 0)).toBeLessThan(500);
  }
});

test('a broken connection to AWS is no answer either', async () => {
  const client = createManagementClient('http://127.0.0.1:1/live', {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  onTestFinished(() => client.destroy());
  const reported: unknown[] = [];
  const sockets = createSockets({ client, report: (error) => void reported.push(error) });
  expect(await sockets.post('any', '{}')).toBe('failed');
  expect(await sockets.close('any')).toBe(false);
  expect(reported).toHaveLength(2);
});
