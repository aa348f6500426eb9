import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createLeanSender } from '../../../handlers/egress/lean-sender.ts';
import { createSender, type SenderOptions } from '../../../handlers/egress/sender.ts';
import { oddHosts } from './addresses.ts';
import { type Receiver, type Respond, startReceiver } from './receiver.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function receiver(respond?: Respond): Promise<Receiver> {
  const started = await startReceiver(respond);
  closers.push(started.close);
  return started;
}

const post = (url: string) => ({
  url,
  headers: { 'content-type': 'application/json', 'webhook-id': 'a' },
  body: '{"é":1}',
});
const refused = { type: 'failed', reason: 'the host has an address that is not public' };

describe.each([
  ['createSender', createSender],
  ['createLeanSender', createLeanSender],
] as const)('%s', (_name, create) => {
  function sender(options: Partial<SenderOptions> = {}) {
    const made = create({ allow: ['127.0.0.0/8'], ...options });
    closers.push(made.close);
    return made;
  }

  describe('sending', () => {
    test('posts headers and body as they are, and keeps connections', async () => {
      const { origin, received, connections } = await receiver((response) => response.writeHead(202).end('thanks'));
      const { send } = sender();
      for (let n = 0; n < 10; n++) {
        expect(await send(post(`${origin}/hook/a?b=c`))).toEqual({ type: 'answered', status: 202, retryAfter: null });
      }
      expect(received).toHaveLength(10);
      expect(received[0]).toMatchObject({ method: 'POST', url: '/hook/a?b=c', body: '{"é":1}' });
      expect(received[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'a' });
      // The pool may open a second one while the first is still putting its answer away.
      expect(connections()).toBeLessThanOrEqual(2);
    });

    test('tells Retry-After', async () => {
      const { origin } = await receiver((response) => response.writeHead(429, { 'retry-after': '17' }).end());
      expect(await sender().send(post(origin))).toEqual({ type: 'answered', status: 429, retryAfter: '17' });
    });

    test('G9: a redirect is answered as such and its target never contacted', async () => {
      const target = await receiver();
      for (const code of [301, 302, 303, 307, 308]) {
        const { origin } = await receiver((response) => response.writeHead(code, { location: target.origin }).end());
        expect(await sender().send(post(origin))).toMatchObject({ type: 'answered', status: code });
      }
      expect(target.connections()).toBe(0);
    });

    test('G9: no proxy is taken from the environment', async () => {
      const proxy = await receiver();
      const { origin, received } = await receiver();
      for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']) {
        vi.stubEnv(name, proxy.origin);
      }
      expect(await sender().send(post(origin))).toMatchObject({ type: 'answered', status: 200 });
      expect(received).toHaveLength(1);
      expect(proxy.connections()).toBe(0);
    });

    test('leaves nothing on the signal after a request, however many share it', async () => {
      const { origin } = await receiver();
      const { send } = sender();
      const { signal } = new AbortController();
      const warnings: Error[] = [];
      const note = (warning: Error) => warnings.push(warning);
      process.on('warning', note);
      await Promise.all(Array.from({ length: 50 }, () => send({ ...post(origin), signal })));
      process.off('warning', note);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
      expect(warnings).toEqual([]);
    });

    test('a signal aborted before sends nothing', async () => {
      const { origin, received } = await receiver();
      const outcome = await sender().send({ ...post(origin), signal: AbortSignal.abort() });
      expect(outcome).toEqual({ type: 'failed', reason: 'broken off' });
      expect(received).toEqual([]);
    });

    test('a huge answer is not read to its end', async () => {
      let written = 0;
      const chunk = Buffer.alloc(65_536);
      const { origin } = await receiver((response) => {
        const write = () => {
          while (written < 500_000_000 && !response.destroyed) {
            written += chunk.length;
            if (!response.write(chunk)) return void response.once('drain', write);
          }
        };
        write();
      });
      expect(await sender().send(post(origin))).toEqual({ type: 'answered', status: 200, retryAfter: null });
      expect(written).toBeLessThan(50_000_000);
    });
  });

  describe('no whole answer is a failure', () => {
    const timedOut = { type: 'failed', reason: 'no answer within 150 ms' };

    test.each<[string, Respond]>([
      ['the headers', () => {}],
      ['the body', (response) => response.writeHead(200).flushHeaders()],
      [
        'a body that trickles',
        (response) => {
          const timer = setInterval(() => response.write('.'), 20);
          response.on('close', () => clearInterval(timer));
        },
      ],
    ])('the time-out covers %s', async (_, respond) => {
      const { origin } = await receiver(respond);
      expect(await sender({ timeoutMs: 150 }).send(post(origin))).toEqual(timedOut);
    });

    test('the time-out covers the look-up', async () => {
      const { send } = sender({ timeoutMs: 150, resolve: () => new Promise(() => {}) });
      expect(await send(post('https://slow.example/'))).toEqual(timedOut);
    });

    test('200, then the connection breaks', async () => {
      const { origin } = await receiver((response) => {
        response.writeHead(200, { 'content-length': '10' }).write('12345');
        setImmediate(() => response.destroy());
      });
      expect(await sender().send(post(origin))).toMatchObject({ type: 'failed' });
    });

    test('nobody listens; broken off; nonsense', async () => {
      const { origin, close } = await startReceiver();
      await close();
      expect(await sender().send(post(origin))).toEqual({ type: 'failed', reason: 'ECONNREFUSED' });
      const hanging = await receiver(() => abort.abort());
      const abort = new AbortController();
      expect(await sender().send({ ...post(hanging.origin), signal: abort.signal })).toMatchObject({
        reason: 'broken off',
      });
      expect(await sender().send(post('nonsense'))).toMatchObject({ type: 'failed' });
    });
  });

  describe('G9: the guard stands before every connection', () => {
    test('addresses that are not allowed are not contacted, in whatever form', async () => {
      const { port, connections } = await receiver();
      const { send } = sender({ allow: [], resolve: async () => ['127.0.0.1'] });
      const hosts = ['127.0.0.1', 'rebound.example', ...oddHosts];
      const outcomes = await Promise.all(
        hosts.flatMap((host) => ['http', 'https'].map((scheme) => send(post(`${scheme}://${host}:${port}/`)))),
      );
      expect(outcomes).toEqual(outcomes.map(() => refused));
      expect(connections()).toBe(0);
    });

    test('the address vetted is the one dialled: an answer that flips is refused at the next connection', async () => {
      const { port, connections, received } = await receiver((response) => {
        response.writeHead(200, { connection: 'close' }).end();
      });
      const answers = [['127.0.0.1'], ['169.254.169.254'], ['127.0.0.1', '10.0.0.1'], ['127.0.0.1']];
      const asked: string[] = [];
      const { send } = sender({
        async resolve(hostname) {
          asked.push(hostname);
          return answers[asked.length - 1] ?? [];
        },
      });
      const outcomes = [];
      for (let n = 0; n < 5; n++) outcomes.push(await send(post(`http://flips.example:${port}/`)));
      const answered = { type: 'answered', status: 200, retryAfter: null };
      const unresolved = { type: 'failed', reason: 'the host name does not resolve' };
      expect(outcomes).toEqual([answered, refused, refused, answered, unresolved]);
      expect(asked).toHaveLength(5);
      expect(connections()).toBe(2);
      expect(received[0]?.headers.host).toBe(`flips.example:${port}`);
    });

    test('http goes only where it is allowed explicitly', async () => {
      const { send } = sender({ resolve: async () => ['8.8.8.8'] });
      const needsTls = { type: 'failed', reason: 'the URL must begin with https://' };
      expect(await send(post('http://public.example/'))).toEqual(needsTls);
      expect(await send(post('http://8.8.8.8/'))).toEqual(needsTls);
    });
  });
});
