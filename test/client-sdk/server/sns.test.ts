import { beforeAll, describe, expect, test, vi } from 'vitest';
import { makeUpdate } from '../../support/make-update.ts';
import { now, payloadOf, post } from './support/requests.ts';
import { certificateUrl, snsKit, subscribeUrl, topic } from './support/sns-kit.ts';

let kit: Awaited<ReturnType<typeof snsKit>>;
beforeAll(async () => {
  kit = await snsKit();
});

describe('a receiver of SNS messages', () => {
  test.each(['1', '2'])('takes notifications of signature version %s, with a subject or without', async (version) => {
    const { handle, onUpdate } = kit.receiver();
    const plain = kit.message('Notification', { SignatureVersion: version });
    const titled = { SignatureVersion: version, Subject: 'Order\n1042', Message: payloadOf(2) };
    expect((await handle(plain)).status).toBe(204);
    expect((await handle(kit.message('Notification', titled))).status).toBe(204);
    expect(onUpdate.mock.calls.map(([{ seq, workflow }, { id }]) => [seq, workflow, id])).toEqual([
      [1, 'orders', `upd_${makeUpdate().epoch}_1`],
      [2, 'orders', `upd_${makeUpdate().epoch}_2`],
    ]);
  });

  test('takes an update that stands alone in the message, too', async () => {
    const { handle, onUpdate } = kit.receiver();
    await handle(kit.message('Notification', { Message: JSON.stringify(makeUpdate({ seq: 3 })) }));
    expect(onUpdate.mock.calls[0]?.[0]).toEqual({ ...makeUpdate({ seq: 3 }), skipped: false });
  });

  test('confirms a subscription of a topic that is expected, by one GET that follows no redirect', async () => {
    const { handle, fetch, onEvent } = kit.receiver();
    expect((await handle(kit.message('SubscriptionConfirmation'))).status).toBe(204);
    expect(fetch.mock.calls.map(([url]) => url)).toEqual([certificateUrl, subscribeUrl]);
    expect(fetch.mock.calls.every(([, { redirect, method }]) => redirect === 'error' && !method)).toBe(true);
    expect(onEvent).toHaveBeenCalledWith({ type: 'subscribed', topicArn: topic });
  });

  test('answers 503 while a subscription cannot be confirmed, so that SNS asks again', async () => {
    const fetch = async (url: string) => new Response(kit.certificate, { status: url === subscribeUrl ? 500 : 200 });
    expect((await kit.receiver({ fetch }).handle(kit.message('SubscriptionConfirmation'))).status).toBe(503);
  });

  test('notes the end of a subscription and does not begin it again', async () => {
    const { handle, fetch, onEvent } = kit.receiver();
    expect((await handle(kit.message('UnsubscribeConfirmation'))).status).toBe(204);
    expect(fetch.mock.calls.map(([url]) => url)).toEqual([certificateUrl]);
    expect(onEvent).toHaveBeenCalledWith({ type: 'unsubscribed', topicArn: topic });
  });

  test('fetches a certificate once for many messages, at once or later', async () => {
    const { handle, fetch } = kit.receiver();
    await Promise.all([1, 2, 3].map((seq) => handle(kit.message('Notification', { Message: payloadOf(seq) }))));
    await handle(kit.message('Notification'));
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test('asks again for a certificate that could not be had', async () => {
    const fetch = vi.fn(async () => new Response(kit.certificate)).mockRejectedValueOnce(new Error('down'));
    const { handle } = kit.receiver({ fetch });
    expect((await handle(kit.message('Notification'))).status).toBe(503);
    expect((await handle(kit.message('Notification'))).status).toBe(204);
  });

  test.each([
    ['a status', 503, async () => new Response(kit.certificate, { status: 404 })],
    ['too much', 503, async () => new Response(kit.certificate + ' '.repeat(20_000))],
    ['no certificate', 401, async () => new Response('<html>')],
    ['never', 503, () => new Promise<never>(() => undefined)],
  ])('refuses when the address of the certificate answers with %s', async (_, status, fetch) => {
    const { handle, onUpdate } = kit.receiver({ fetch, timeoutMs: 20 });
    expect((await handle(kit.message('Notification'))).status).toBe(status);
    expect(onUpdate).not.toHaveBeenCalled();
  });

  test('many messages with certificates nobody has do not become as many requests', async () => {
    const { handle, fetch } = kit.receiver({ fetch: () => new Promise<never>(() => undefined), timeoutMs: 20 });
    const urls = Array.from({ length: 20 }, (_, n) => certificateUrl.replace('9c6465fa', `9c6465f${n}`));
    const answers = urls.map((SigningCertURL) => handle(kit.message('Notification', { SigningCertURL })));
    expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set([503]));
    expect(fetch).toHaveBeenCalledTimes(4);
  });

  test('a flood of certificates nobody has drives out none that AWS gave', async () => {
    const fetch = vi.fn(
      async (url: string) => new Response(kit.certificate, { status: url === certificateUrl ? 200 : 404 }),
    );
    const { handle } = kit.receiver({ fetch });
    await handle(kit.message('Notification'));
    for (let n = 0; n < 100; n++) {
      const SigningCertURL = certificateUrl.replace('9c6465fa', `${n}`);
      expect((await handle(kit.message('Notification', { SigningCertURL }))).status).toBe(503);
    }
    fetch.mockRejectedValue(new Error('down'));
    expect((await handle(kit.message('Notification'))).status).toBe(204);
  });

  test('of many that AWS gave, the one in use stays', async () => {
    const { handle, fetch } = kit.receiver();
    for (let n = 0; n < 100; n++) {
      await handle(kit.message('Notification'));
      await handle(kit.message('Notification', { SigningCertURL: certificateUrl.replace('9c6465fa', `${n}`) }));
    }
    expect(fetch.mock.calls.filter(([url]) => url === certificateUrl)).toHaveLength(1);
  });

  test.each([
    ['not yet valid', -2],
    ['no longer valid', 2],
  ])('refuses a certificate that is %s', async (_, days) => {
    const clock = () => now + days * 86_400_000;
    const message = kit.message('Notification', { Timestamp: new Date(clock()).toISOString() });
    expect((await kit.receiver({ clock }).handle(message)).status).toBe(401);
  });

  test('takes raw delivery, which nobody signs, only where it is told to, and only of its topics', async () => {
    const raw = (arn: string) =>
      post(payloadOf(), {
        'content-type': 'text/plain; charset=UTF-8',
        'x-amz-sns-message-type': 'Notification',
        'x-amz-sns-rawdelivery': 'true',
        'x-amz-sns-topic-arn': arn,
      });
    expect((await kit.receiver().handle(raw(topic))).status).toBe(401);
    const { handle, onUpdate } = kit.receiver({ trustRawDelivery: true });
    expect((await handle(raw(`${topic}-2`))).status).toBe(403);
    expect((await handle(raw(topic))).status).toBe(204);
    expect(onUpdate).toHaveBeenCalledTimes(1);
  });

  test('accepts only messages as old as retries can make them', async () => {
    const at = async (minutes: number) => {
      const Timestamp = new Date(now + minutes * 60_000).toISOString();
      return (await kit.receiver().handle(kit.message('Notification', { Timestamp }))).status;
    };
    expect(await Promise.all([at(-65), at(-66), at(5), at(6)])).toEqual([204, 401, 204, 401]);
  });
});
