import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { createSigner } from '../../../handlers/webhooks/sign.ts';

describe('Standard Webhooks 1.0.0 v1 signature', () => {
  test.each([
    {
      from: 'the Standard Webhooks library test',
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    {
      from: 'the manual verification page',
      secret: 'whsec_plJ3nmyCDGBKInavdOK15jsl',
      id: 'msg_loFOjxBNrRLzqYUf',
      timestamp: 1731705121,
      body: '{"event_type":"ping","data":{"success":true}}',
      signature: 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    },
  ])('reproduces the vector of $from', ({ secret, id, timestamp, body, signature }) => {
    const headers = createSigner()(secret, { id, sentAt: timestamp * 1000 + 999, body });
    expect(headers).toEqual({
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    });
  });

  test('verifies with the standardwebhooks library, also beyond ASCII', () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const body = JSON.stringify({ message: 'Grüße, 東京 🎉' });
    const headers = createSigner()(secret, { id: 'upd_A_1', sentAt: Date.now(), body });
    expect(new Webhook(secret).verify(body, headers)).toEqual({ message: 'Grüße, 東京 🎉' });
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
  });

  test('keeps endpoints apart, however many there are', () => {
    const sign = createSigner();
    const message = { id: 'upd_A_1', sentAt: 0, body: '{}' };
    const secretOf = (index: number) => `whsec_${Buffer.alloc(32, `${index}:`).toString('base64')}`;
    const first = Array.from({ length: 1_100 }, (_, index) => sign(secretOf(index), message)['webhook-signature']);
    const second = Array.from({ length: 1_100 }, (_, index) => sign(secretOf(index), message)['webhook-signature']);
    expect(new Set(first).size).toBe(1_100);
    expect(second).toEqual(first);
  });

  test('refuses a secret of another kind', () => {
    expect(() => createSigner()('whsk_abc', { id: 'a', sentAt: 0, body: '' })).toThrow('whsec_');
  });
});
