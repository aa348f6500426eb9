import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServiceOptions } from '../../../embedded/service/options.ts';
import { eventually } from '../../support/eventually.ts';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';

let kit: ServiceKit;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await kit.stop();
});
const open = async (options: Partial<ServiceOptions>): Promise<void> => {
  kit = await serviceKit(options);
};

function dial(): Socket {
  const { hostname, port } = new URL(kit.service.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

const ask = async (socket: Socket, headers: readonly string[], path = '/healthz'): Promise<string> => {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`);
  const [bytes] = await once(socket, 'data');
  return String(bytes).split('\r\n', 1)[0] ?? '';
};

/** What is answered to a stranger on it, or that it was cut. */
const outcomeOf = (socket: Socket): Promise<string> =>
  Promise.race([ask(socket, []).catch(() => 'cut'), once(socket, 'close').then(() => 'cut')]);

describe('G8: those who have not said who they are', () => {
  it('one connection too many of an address is cut; a known caller’s do not count', async () => {
    await open({ strangerLimits: { connections: 2 } });
    const bearer = `Authorization: Bearer ${kit.service.apiKey}`;
    const first = dial();
    // A request by a caller makes its connection known.
    for (const _ of [1, 2]) expect(await ask(first, [bearer], '/status/orders/none')).toContain('404');
    const [second, third] = [dial(), dial()];
    for (const socket of [second, third]) expect(await ask(socket, [])).toContain('200');
    expect(await outcomeOf(dial())).toBe('cut');
    second.destroy();
    await once(second, 'close');
    await eventually(async () => expect(await outcomeOf(dial())).toContain('200'));
  });

  it('asks too often: 429 by address, whatever is asked; a known caller goes on', async () => {
    await open({ strangerLimits: { requestsPerSecond: 1 } });
    const headers = { authorization: 'Bearer sw_nobody_0123456789abcdef' };
    const known = await kit.call('/status/orders/none');
    expect(known.status).toBe(404);
    // Its own first request was given back: four are left.
    const codes = [];
    for (const path of ['/healthz', '/status/orders/x', '/openapi.json', '/nothing', '/healthz', '/status/orders/x'])
      codes.push((await kit.call(path, { headers, credential: null })).status);
    expect(codes.slice(0, 4)).toEqual([200, 401, 200, 404]);
    expect(codes.slice(4)).toEqual([429, 429]);
    for (let at = 0; at < 20; at += 1) expect((await kit.call('/status/orders/none')).status).toBe(404);
  });

  it('a trusted proxy’s clients count each for itself; an untrusted one’s word does not', async () => {
    const codesOf = async (): Promise<readonly number[]> => {
      const codes = [];
      for (let at = 0; at < 8; at += 1) {
        const headers = { 'x-forwarded-for': `203.0.113.${at}` };
        codes.push((await kit.call('/healthz', { headers, credential: null })).status);
      }
      return codes;
    };
    await open({ strangerLimits: { requestsPerSecond: 1 } });
    expect(await codesOf()).toContain(429);
    await kit.stop();
    await open({ strangerLimits: { requestsPerSecond: 1, connections: 1 }, trustProxy: ['127.0.0.1'] });
    expect(await codesOf()).toEqual(Array(8).fill(200));
  });
});
