import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import express from 'express';
import { Hono } from 'hono';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createWebhookReceiver, toNodeHandler, type WebhookReceiver } from '../../../client-sdk/src/server/index.ts';
import { eventually } from '../../support/eventually.ts';
import { now, payloadOf, secret, signed } from './support/requests.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

const listening = async (server: Server): Promise<string> => {
  servers.push(server);
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
};
const listen = (listener: RequestListener): Promise<string> => listening(createServer(listener));

/** Ten lines each, as docs/webhooks.md shows them. */
const frameworks: Record<string, (receiver: WebhookReceiver) => Promise<string>> = {
  hono(receiver) {
    const app = new Hono();
    app.all('/hooks', (c) => receiver.handle(c.req.raw));
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () =>
        resolve(listening(server as Server)),
      );
    });
  },
  express(receiver) {
    const app = express();
    app.all('/hooks', toNodeHandler(receiver));
    app.use(express.json());
    return listen(app);
  },
  'express behind express.raw': (receiver) => {
    const app = express();
    app.all('/hooks', express.raw({ type: '*/*', limit: '1mb' }), toNodeHandler(receiver));
    return listen(app);
  },
  'express behind a parser of other types': (receiver) => {
    const app = express();
    app.use(express.urlencoded());
    app.all('/hooks', toNodeHandler(receiver));
    return listen(app);
  },
  'node:http': (receiver) => listen(toNodeHandler(receiver)),
  'a Next route handler'(receiver) {
    // Next calls the exported function of the method with a web Request.
    const route = { POST: (request: Request) => receiver.handle(request) };
    const app = new Hono();
    app.all('/hooks', async (c) => (c.req.method === 'POST' ? route.POST(c.req.raw) : c.body(null, 405)));
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () =>
        resolve(listening(server as Server)),
      );
    });
  },
};

const send = (url: string, request: Request, body: string): Promise<Response> =>
  fetch(url, { method: 'POST', headers: request.headers, body });

describe.each(Object.entries(frameworks))('%s', (_, start) => {
  test('hands over the body as it was signed, and gives back the answer', async () => {
    const onUpdate = vi.fn();
    const url = await start(createWebhookReceiver({ secret, clock: () => now, onUpdate }));
    // Spaces and escapes that any parsing and printing again would change.
    const body = ` ${payloadOf(3).replace('orders', '\\u006frders')} \n`;
    expect((await send(url, signed({ body }), body)).status).toBe(204);
    expect(onUpdate.mock.calls[0]?.[0]).toMatchObject({ workflow: 'orders', seq: 3 });
    const forged = await send(url, signed({ body }), `${body} `);
    expect(forged.status).toBe(401);
    expect((await forged.json()).title).toBe('No signature fits.');
    expect((await fetch(url)).status).toBe(405);
  });

  test('a body over the limit gets its 413, and the server goes on', async () => {
    const url = await start(createWebhookReceiver({ secret, clock: () => now, maxBodyBytes: 1_000 }));
    const long = 'x'.repeat(200_000);
    expect((await send(url, signed(), long)).status).toBe(413);
    expect((await send(url, signed(), payloadOf())).status).toBe(204);
  });
});

describe('toNodeHandler', () => {
  test('says so when a parser took the body first', async () => {
    const app = express();
    app.use(express.json());
    const onUpdate = vi.fn();
    app.post('/hooks', toNodeHandler(createWebhookReceiver({ secret, clock: () => now, onUpdate })));
    const answer = await send(await listen(app), signed(), payloadOf());
    expect([answer.status, (await answer.json()).title]).toEqual([
      500,
      'The body was parsed before it was verified: mount the receiver first.',
    ]);
    expect(onUpdate).not.toHaveBeenCalled();
  });

  test('stops reading a body that comes in pieces and has no end', async () => {
    const url = await listen(toNodeHandler(createWebhookReceiver({ secret, clock: () => now, maxBodyBytes: 1_000 })));
    const status = await new Promise((resolve) => {
      const headers = { ...Object.fromEntries(signed().headers), 'transfer-encoding': 'chunked' };
      const request = httpRequest(url, { method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        response.resume();
      });
      request.on('error', () => undefined);
      // Never ended: only an answer that does not wait for the rest can come.
      request.write('x'.repeat(5_000));
    });
    expect(status).toBe(413);
  });

  test('survives a sender that goes away in the middle', async () => {
    const onEvent = vi.fn();
    const url = await listen(toNodeHandler(createWebhookReceiver({ secret, clock: () => now, onEvent })));
    const headers = { ...Object.fromEntries(signed().headers), 'content-length': '1000' };
    const request = httpRequest(url, { method: 'POST', headers });
    request.on('error', () => undefined);
    servers.at(-1)?.once('request', () => request.destroy());
    request.write('{');
    await eventually(() => expect(onEvent).toHaveBeenCalledWith(expect.objectContaining({ status: 400 })));
    expect((await send(url, signed(), payloadOf())).status).toBe(204);
  });
});
