import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeUpdate } from '../../support/make-update.ts';
import { command } from './support/command.ts';

/** Clears the screen, writes the clipboard, begins a line, hides what follows; in C0, in C1, in Unicode. */
const attack = '\u001b[2J\u001b]52;c;aGk=\u0007\r\nkey  forged\u2028\u009b2J\u202e\u200b';
const acts = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** A service whose every text is hostile. */
function answer({ url = '', method }: IncomingMessage): readonly [number, unknown] {
  const letter = { id: 'dl', at: attack, reason: attack, source: attack, execution: { workflow: attack, id: attack } };
  const update = makeUpdate({
    ...{ status: 'FAILED', done: true, state: attack, activeStates: [attack], workflow: 'orders', id: 'o' },
    progress: { percent: 1, message: attack },
    error: { name: attack, cause: attack },
    output: { [attack]: attack },
  });
  if (method === 'DELETE' || url.includes('redrive')) return [409, { type: attack, title: attack, detail: attack }];
  if (url.startsWith('/dead-letters/')) return [200, { ...letter, body: `no JSON ${attack}`, cut: true }];
  if (url.startsWith('/dead-letters')) return [200, { letters: [letter], next: null }];
  if (url === '/keys' && method === 'POST') return [201, { ...letter, key: attack, tenant: attack, scopes: [attack] }];
  if (url.startsWith('/keys'))
    return [200, { keys: [{ id: attack, tenant: attack, scopes: [attack], createdAt: attack, label: attack }] }];
  if (url === '/.well-known/statuswire') return [200, { version: 1, channels: [] }];
  if (url.includes('/updates')) return [200, { updates: [update], next: update.cursor, more: false, snapshot: null }];
  if (url === '/status/orders/refused') return [403, { type: attack, title: attack, detail: attack }];
  if (url.startsWith('/status/')) return [200, update];
  if (url.startsWith('/executions/')) return [202, { id: attack, token: 't', workflow: attack }];
  return [500, attack];
}

const server = createServer((request, response) => {
  const [status, body] = answer(request);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a terminal only shows what strangers wrote', () => {
  it.each([
    [['status', 'orders', 'o'], 1],
    [['status', 'orders', 'refused'], 1],
    [['watch', 'orders', 'o', '--channel', 'polling'], 1],
    [['start', 'orders'], 1],
    [['dead-letters'], 2],
    [['dead-letters', 'show', 'dl'], 8],
    [['dead-letters', 'redrive', 'dl'], 1],
    [['dead-letters', 'delete', attack], 1],
    [['redrive', 'orders', attack], 1],
    [['forget', 'orders', attack], 1],
    [['keys', 'list'], 2],
    [['keys', 'create', '--scope', 'read'], 2],
    [['keys', 'revoke', attack], 1],
    [['doctor', '--data', attack], 1],
    [['keys', 'list', attack], 2],
    [['status', 'orders', '--nothing\u001b[2J'], 2],
  ] as const)('statuswire %j', async (args, most) => {
    const connect = args[0] === 'doctor' ? [] : ['--url', url, '--key', 'k'];
    const { stdout, stderr } = await command([...args, ...connect]);
    const lines = `${stdout}${stderr}`.split('\n').slice(0, -1);
    expect(lines.join('\n')).toMatch(/\\u001b\[2J/);
    expect(lines.filter((line) => acts.test(line))).toEqual([]);
    expect(lines.length).toBeLessThanOrEqual(most);
    expect(lines.filter((line) => line.startsWith('key'))).toEqual([]);
  });

  it.each([
    [['status', 'orders', 'o']],
    [['watch', 'orders', 'o', '--channel', 'polling']],
    [['dead-letters']],
    [['keys', 'list']],
  ] as const)('statuswire %j --json is the same value, without their bytes', async (args) => {
    const { stdout } = await command([...args, '--json', '--url', url, '--key', 'k']);
    expect(stdout.trimEnd()).not.toMatch(acts);
    expect(JSON.stringify(JSON.parse(stdout))).toContain(JSON.stringify(attack).slice(1, -1));
  });
});
