import { beforeAll, describe, expect, test } from 'vitest';
import { payloadOf, post } from './support/requests.ts';
import { certificateUrl, snsKit, subscribeUrl, topic } from './support/sns-kit.ts';

let kit: Awaited<ReturnType<typeof snsKit>>;
beforeAll(async () => {
  kit = await snsKit();
});

const path = new URL(certificateUrl).pathname;

describe('a certificate is fetched from the topic’s own SNS host and nowhere else', () => {
  test.each([
    `https://sns.evil.com${path}`,
    `https://sns.eu-west-1.amazonaws.com.evil.com${path}`,
    `https://evil.com/sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.us-east-1.amazonaws.com${path}`,
    // A bucket of the name "sns" would answer there; the pattern of many validators lets it pass.
    `https://sns.s3-us-west-2.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com.cn${path}`,
    `https://sns.eu-west-1.amazonaws.com@evil.com${path}`,
    `https://user@sns.eu-west-1.amazonaws.com${path}`,
    `https://user:secret@sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com:8443${path}`,
    `https://sns.eu-west-1.amazonaws.com:443${path}`,
    `https://sns.eu-west-1.amazonaws.com\\@evil.com${path}`,
    `https://sns.eu-west-1.amazonaws.com%2eevil.com${path}`,
    `https://SNS.eu-west-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com.${path}`,
    `http://sns.eu-west-1.amazonaws.com${path}`,
    `file://${path}`,
    `data:text/plain,${path}`,
    '//sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com/a.txt',
    'https://sns.eu-west-1.amazonaws.com/a.pem?b',
    'https://sns.eu-west-1.amazonaws.com/a.pem#b',
    'https://sns.eu-west-1.amazonaws.com/x/../y/a.pem',
    'https://sns.eu-west-1.amazonaws.com/a%2f.pem',
    '',
    'nonsense',
  ])('not from %s', async (SigningCertURL) => {
    const { handle, fetch, onUpdate } = kit.receiver();
    expect((await handle(kit.message('Notification', { SigningCertURL }))).status).toBe(401);
    expect(fetch).not.toHaveBeenCalled();
    expect(onUpdate).not.toHaveBeenCalled();
  });

  test.each([
    ['arn:aws-cn:sns:cn-north-1:111122223333:t', 'https://sns.cn-north-1.amazonaws.com.cn/a.pem'],
    ['arn:aws-us-gov:sns:us-gov-west-1:111122223333:t', 'https://sns.us-gov-west-1.amazonaws.com/a.pem'],
  ])('from there for %s', async (TopicArn, SigningCertURL) => {
    const { handle } = kit.receiver({ topics: [TopicArn] });
    expect((await handle(kit.message('Notification', { TopicArn, SigningCertURL }))).status).toBe(204);
  });
});

describe('a subscription is confirmed at the topic’s own SNS host and nowhere else', () => {
  test.each([
    subscribeUrl.replace('eu-west-1.amazonaws.com', 'eu-west-1.amazonaws.com.evil.com'),
    subscribeUrl.replace('https', 'http'),
    subscribeUrl.replace('https://', 'https://user@'),
    subscribeUrl.replace('.com/', '.com:8443/'),
    subscribeUrl.replace('ConfirmSubscription', 'Unsubscribe'),
    subscribeUrl.replace('status-updates', 'another-topic'),
  ])('not at %s', async (SubscribeURL) => {
    const { handle, fetch } = kit.receiver();
    expect((await handle(kit.message('SubscriptionConfirmation', { SubscribeURL }))).status).toBe(401);
    expect(fetch.mock.calls.map(([url]) => url)).toEqual([certificateUrl]);
  });
});

describe('what was changed after it was signed is refused', () => {
  test.each([
    ['Notification', 401, { Message: payloadOf(9) }],
    ['Notification', 401, { MessageId: 'another' }],
    ['Notification', 401, { Subject: 'added' }],
    ['Notification', 401, { Timestamp: '2026-11-20T10:00:00.001Z' }],
    ['Notification', 401, { Signature: '' }],
    ['Notification', 401, { Signature: Buffer.alloc(256).toString('base64') }],
    ['Notification', 401, { Signature: '!!!!' }],
    ['Notification', 401, { SignatureVersion: '1' }],
    ['Notification', 401, { SignatureVersion: '3' }],
    ['Notification', 401, { SignatureVersion: 'constructor' }],
    ['Notification', 401, { Timestamp: 'yesterday' }],
    ['Notification', 403, { TopicArn: `${topic}-2` }],
    ['Notification', 400, { Type: 'Other' }],
    ['Notification', 400, { Message: undefined }],
    ['SubscriptionConfirmation', 401, { Token: 'another' }],
    ['SubscriptionConfirmation', 400, { Token: undefined }],
    ['SubscriptionConfirmation', 400, { SubscribeURL: undefined }],
    ['UnsubscribeConfirmation', 401, { SubscribeURL: `${subscribeUrl}&x=1` }],
    // What is signed as one thing cannot be sent as another.
    ['Notification', 401, { Type: 'SubscriptionConfirmation', Token: 't', SubscribeURL: subscribeUrl }],
  ])('%s: %i for %o', async (type, status, forged) => {
    const { handle, onUpdate, fetch } = kit.receiver();
    expect((await handle(kit.message(type, {}, forged))).status).toBe(status);
    expect(onUpdate).not.toHaveBeenCalled();
    expect(fetch.mock.calls.filter(([url]) => url !== certificateUrl)).toEqual([]);
  });

  test.each(['', 'null', '[]', '{}', '"text"', '{"Type":"Notification","Message":{}}'])(
    'and a body that is no message: %j',
    async (body) => {
      const headers = { 'x-amz-sns-message-type': 'Notification', 'content-type': 'text/plain' };
      const { handle, fetch } = kit.receiver();
      expect((await handle(post(body, headers))).status).toBe(400);
      expect(fetch).not.toHaveBeenCalled();
    },
  );

  test('nesting without end is no message either', async () => {
    const headers = { 'x-amz-sns-message-type': 'Notification', 'content-type': 'text/plain' };
    expect((await kit.receiver().handle(post('['.repeat(200_000), headers))).status).toBe(400);
  });
});
