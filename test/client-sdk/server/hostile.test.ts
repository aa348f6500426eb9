import { expect, test, vi } from 'vitest';
import { createWebhookReceiver } from '../../../client-sdk/src/server/index.ts';
import { ed25519Sender, now, payloadOf, type SignedOptions, secret, signed } from './support/requests.ts';

const sender = ed25519Sender();
const valid = signed().headers.get('webhook-signature') ?? '';
const signature = (text: string): SignedOptions => ({ headers: { 'webhook-signature': text } });
const header = (name: string, value: string | null): SignedOptions => ({ headers: { [name]: value } });
const body = (text: string): SignedOptions => ({ body: text });

const cases: readonly (readonly [string, number, SignedOptions])[] = [
  ['no id', 400, header('webhook-id', null)],
  ['no timestamp', 400, header('webhook-timestamp', null)],
  ['no signature', 400, header('webhook-signature', null)],
  ['an empty signature', 400, signature('')],
  ['a scheme alone', 401, signature('v1')],
  ['a scheme and a comma', 401, signature('v1,')],
  ['a scheme nobody knows', 401, signature(valid.replace('v1,', 'v2,'))],
  ['another scheme over the right bytes', 401, signature(valid.replace('v1,', 'v1a,'))],
  ['truncated base64', 401, signature(valid.slice(0, -1))],
  ['base64 with more behind it', 401, signature(`${valid}=`)],
  ['base64 with a character that decoders skip', 401, signature(`${valid.slice(0, 10)}!${valid.slice(10)}`)],
  ['a signature of the wrong length', 401, signature(`v1,${Buffer.alloc(31).toString('base64')}`)],
  ['an Ed25519 signature of the wrong length', 401, signature(`v1a,${Buffer.alloc(63).toString('base64')}`)],
  ['an Ed25519 signature of zeros', 401, signature(`v1a,${Buffer.alloc(64).toString('base64')}`)],
  ['a signature of a near miss', 401, signature(`v1,${valid.at(3) === 'A' ? 'B' : 'A'}${valid.slice(4)}`)],
  ['signatures separated by commas', 401, signature(`${valid},${valid}`)],
  ['a huge signature header', 400, signature(`v1,${'A'.repeat(5_000)}`)],
  ['a huge id', 400, { id: 'm'.repeat(300) }],
  ['an id with a dot', 400, { id: 'upd.1' }],
  ['a timestamp with letters behind it', 400, header('webhook-timestamp', `${now / 1000}abc`)],
  ['a negative timestamp', 400, header('webhook-timestamp', '-1')],
  ['a fractional timestamp', 400, header('webhook-timestamp', `${now / 1000}.5`)],
  ['a timestamp beyond every calendar', 400, header('webhook-timestamp', '9'.repeat(30))],
  ['another timestamp than the signed one', 401, header('webhook-timestamp', `${now / 1000 + 1}`)],
  ['another id than the signed one', 401, header('webhook-id', 'upd_A_2')],
  ['a replay of yesterday', 401, { at: now - 86_400_000 }],
  ['no JSON', 400, body('{"type"')],
  ['an empty body', 400, body('')],
  ['no object', 400, body('[]')],
  ['null', 400, body('null')],
  ['nesting without end', 400, body('['.repeat(200_000))],
  ['deep nesting that is JSON', 400, body(`{"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)],
  ['no data', 400, body('{"type":"status.updated"}')],
  ['data that is no update', 400, body(payloadOf(1, { data: { seq: 'four' } }))],
  ['data of no execution', 400, body(payloadOf(1, { data: { epoch: 'E', seq: 1, cursor: 'c', status: 'RUNNING' } }))],
  ['a body over the limit', 413, body(JSON.stringify('x'.repeat(262_144)))],
  ['a length over the limit', 413, header('content-length', '262145')],
  ['GET', 405, { method: 'GET' }],
  ['PUT', 405, { method: 'PUT' }],
  ['a form', 415, header('content-type', 'application/x-www-form-urlencoded')],
  ['no content type', 415, header('content-type', null)],
  ['plain text, which only SNS sends', 415, header('content-type', 'text/plain')],
  ['a compressed body', 415, header('content-encoding', 'gzip')],
  ['something that calls itself SNS', 403, header('x-amz-sns-message-type', 'Notification')],
  ['something that calls itself raw SNS', 403, header('x-amz-sns-rawdelivery', 'true')],
];

test.each(cases)('a request with %s is answered %i, and nothing of it is used', async (_, status, options) => {
  const onUpdate = vi.fn();
  const events: unknown[] = [];
  const receiver = createWebhookReceiver({
    secret: [secret, sender.publicKey],
    clock: () => now,
    onUpdate,
    onEvent: (event) => events.push(event),
  });
  const answer = await receiver.handle(signed(options));
  expect(answer.status).toBe(status);
  expect(answer.headers.get('allow')).toBe(status === 405 ? 'POST' : null);
  expect(events).toEqual([{ type: 'refused', status, reason: expect.any(String) }]);
  expect(onUpdate).not.toHaveBeenCalled();
});

test('a body that goes on and on is read up to the limit and not further', async () => {
  let sent = 0;
  const long = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        sent += 1_000;
        controller.enqueue(new Uint8Array(1_000));
        if (sent === 100_000) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const request = new Request('https://app.test/', {
    method: 'POST',
    headers: signed().headers,
    body: long,
    duplex: 'half',
  } as RequestInit);
  const receiver = createWebhookReceiver({ secret, clock: () => now, maxBodyBytes: 5_000 });
  expect((await receiver.handle(request)).status).toBe(413);
  expect(sent).toBe(6_000);
});

test('a body that breaks off is 400', async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) });
  const init = { method: 'POST', headers: signed().headers, body: broken, duplex: 'half' } as RequestInit;
  const receiver = createWebhookReceiver({ secret, clock: () => now });
  expect((await receiver.handle(new Request('https://app.test/', init))).status).toBe(400);
});
