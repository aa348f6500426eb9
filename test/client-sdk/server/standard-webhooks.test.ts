import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test, vi } from 'vitest';
import { createWebhookReceiver, type WebhookReceiverOptions } from '../../../client-sdk/src/server/index.ts';
import { ed25519Sender, now, payloadOf, post, secret, secretOf, signed } from './support/requests.ts';

const receiverOf = (options: WebhookReceiverOptions = {}) =>
  createWebhookReceiver({ secret, clock: () => now, ...options });

const statusOf = async (request: Request, options: WebhookReceiverOptions = {}): Promise<number> =>
  (await receiverOf(options).handle(request)).status;

describe('a receiver of Standard Webhooks 1.0.0', () => {
  test('takes what the service signs, and what the npm package signs', async () => {
    const onUpdate = vi.fn();
    const body = payloadOf(4);
    const signature = new Webhook(secret).sign('upd_B_4', new Date(now), body);
    const headers = { 'content-type': 'application/json; charset=utf-8', 'webhook-id': 'upd_B_4' };
    const timestamp = { 'webhook-timestamp': String(now / 1000), 'webhook-signature': signature };
    const receiver = receiverOf({ onUpdate });
    const answers = [await receiver.handle(signed()), await receiver.handle(post(body, { ...headers, ...timestamp }))];
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    expect(onUpdate.mock.calls.map(([update, delivery]) => [update.seq, delivery])).toEqual([
      [1, { id: 'upd_A_1', previousSeq: null }],
      [4, { id: 'upd_B_4', previousSeq: 3 }],
    ]);
  });

  test('holds the published vectors, v1 and v1a, of the Standard Webhooks and Svix test suites', async () => {
    const vector = {
      'content-type': 'application/json',
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
    };
    const body = '{"test": 2432232314}';
    const v1 = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
    const v1a = 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==';
    const clock = () => 1_614_265_330_000;
    const ask = (signature: string, key: string) =>
      statusOf(post(body, { ...vector, 'webhook-signature': signature }), { secret: key, clock });
    const hmac = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const publicKey = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
    // 400 is past the signature: the vectors' bodies are no updates.
    expect(await Promise.all([ask(v1, hmac), ask(v1a, publicKey)])).toEqual([400, 400]);
    expect(await Promise.all([ask(v1, publicKey), ask(v1a, hmac)])).toEqual([401, 401]);
  });

  test('rotates: any of several keys fits any of several signatures, of either scheme', async () => {
    const sender = ed25519Sender();
    const body = payloadOf();
    const old = signed({ secret: secretOf(1) }).headers.get('webhook-signature');
    const asymmetric = sender.sign('upd_A_1', now, body);
    const both = { headers: { 'webhook-signature': `v1,AAAA v2,xyz ${asymmetric} ${old}` } };
    expect(await statusOf(signed(both), { secret: [secretOf(2), secretOf(1)] })).toBe(204);
    expect(await statusOf(signed(both), { secret: [secretOf(2), sender.publicKey] })).toBe(204);
    expect(await statusOf(signed(both), { secret: secretOf(2) })).toBe(401);
    expect(await statusOf(signed({ headers: { 'webhook-signature': asymmetric } }), { secret: sender.publicKey })).toBe(
      204,
    );
  });

  test('takes five minutes to either side, or as much as it is told, and no more', async () => {
    const at = (seconds: number, options: WebhookReceiverOptions = {}) =>
      statusOf(signed({ at: now + seconds * 1000 }), options);
    expect(await Promise.all([at(-300), at(300), at(-301), at(301)])).toEqual([204, 204, 401, 401]);
    expect(await Promise.all([at(-10, { toleranceMs: 10_000 }), at(-11, { toleranceMs: 10_000 })])).toEqual([204, 401]);
  });

  test('verifies the bytes as they came, not what a decoder makes of them', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    const signature = createHmac('sha256', Buffer.alloc(32, 7))
      .update(`m.${now / 1000}.`)
      .update(bytes)
      .digest('base64');
    const headers = { 'content-type': 'application/json', 'webhook-id': 'm', 'webhook-timestamp': String(now / 1000) };
    const answer = await receiverOf().handle(post(bytes, { ...headers, 'webhook-signature': `v1,${signature}` }));
    // The signature fits; only then it turns out that this is no text.
    expect([answer.status, (await answer.json()).title]).toEqual([400, 'The body is not UTF-8.']);
    const text = payloadOf(1, { data: { ...JSON.parse(payloadOf()).data, state: 'Grüße 🎉' } });
    expect(await statusOf(signed({ body: text }))).toBe(204);
    expect(await statusOf(post(`${text} `, Object.fromEntries(signed({ body: text }).headers)))).toBe(401);
  });

  test('answers a refusal as a problem, without saying what would have been right', async () => {
    const answer = await receiverOf().handle(signed({ secret: secretOf(9) }));
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toEqual({ type: 'about:blank', title: 'No signature fits.', status: 401 });
  });

  test.each([
    ['nothing', {}, 'a secret'],
    ['no list', { secret: [] }, 'a secret'],
    ['a bare key', { secret: Buffer.alloc(32).toString('base64') }, 'whsec_ and base64'],
    ['a short key', { secret: secretOf(1, 23) }, 'whsec_ and base64'],
    ['a long key', { secret: secretOf(1, 65) }, 'whsec_ and base64'],
    ['something else than base64', { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa$w' }, 'whsec_ and base64'],
    ['an empty text', { secret: '' }, 'whsec_ and base64'],
    ['a short public key', { secret: 'whpk_AAAA' }, 'whpk_ and base64'],
    ["the sender's private key", { secret: `whsk_${Buffer.alloc(64).toString('base64')}` }, 'whsk_ is a private key'],
    ['no topic', { sns: { topics: ['orders'] } }, 'no ARN'],
  ])('is not made of %s, and its error repeats no key', (_, options: WebhookReceiverOptions, message) => {
    const make = () => createWebhookReceiver(options);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
    if (typeof options.secret === 'string' && options.secret) expect(make).not.toThrow(options.secret);
  });
});
