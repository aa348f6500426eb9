import { createSign } from 'node:crypto';
import { generate } from 'selfsigned';
import { vi } from 'vitest';
import { createWebhookReceiver, type SnsOptions } from '../../../../client-sdk/src/server/index.ts';
import { now, payloadOf, post } from './requests.ts';

export const topic = 'arn:aws:sns:eu-west-1:111122223333:status-updates';
const host = 'https://sns.eu-west-1.amazonaws.com';
export const certificateUrl = `${host}/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem`;
export const subscribeUrl = `${host}/?Action=ConfirmSubscription&TopicArn=${topic}&Token=2336412f37`;

type Fields = { readonly [name: string]: string | undefined };

/** A message with the fields AWS documents, in no order; `undefined` takes one out. */
const fieldsOf = (type: string, more: Fields): Fields => ({
  Type: type,
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: topic,
  Message: payloadOf(),
  Timestamp: new Date(now).toISOString(),
  SignatureVersion: '2',
  SigningCertURL: certificateUrl,
  ...(type === 'Notification'
    ? { UnsubscribeURL: `${host}/?Action=Unsubscribe` }
    : { Token: '2336412f37', SubscribeURL: subscribeUrl }),
  ...more,
});

/** AWS's end: one certificate, and what is signed with its key. */
export async function snsKit() {
  const pair = await generate([{ name: 'commonName', value: 'sns.amazonaws.com' }], {
    algorithm: 'sha256',
    notBeforeDate: new Date(now - 86_400_000),
    notAfterDate: new Date(now + 86_400_000),
  });

  /** The text AWS documents, written out by itself and not with the code under test. */
  function sign(fields: Fields): string {
    const names =
      fields.Type === 'Notification'
        ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
        : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
    let text = '';
    for (const name of names) if (fields[name] !== undefined) text += `${name}\n${fields[name]}\n`;
    return createSign(fields.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256')
      .update(text)
      .sign(pair.private, 'base64');
  }

  /** A request of SNS. @param signedFields what is signed instead of what is sent */
  function message(type: string, more: Fields = {}, forged: Fields = {}): Request {
    const fields = fieldsOf(type, more);
    const body = JSON.stringify({ ...fields, Signature: sign(fields), ...forged });
    const headers = { 'x-amz-sns-message-type': type, 'content-type': 'text/plain; charset=UTF-8' };
    return post(body, headers);
  }

  function receiver(options: Partial<SnsOptions> & { readonly clock?: () => number } = {}) {
    const { clock = () => now, ...sns } = options;
    const fetch = vi.fn(options.fetch ?? (async () => new Response(pair.cert)));
    const onUpdate = vi.fn();
    const onEvent = vi.fn();
    const made = createWebhookReceiver({ sns: { topics: [topic], ...sns, fetch }, onUpdate, onEvent, clock });
    return { ...made, fetch, onUpdate, onEvent };
  }
  return { message, receiver, certificate: pair.cert };
}
