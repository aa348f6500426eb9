import { verify } from 'node:crypto';
import type { Fetch } from '../../http.ts';
import { decodeBase64, decodeText, parseObject } from '../bytes.ts';
import { type Refusal, refused, type Verified } from '../refusal.ts';
import { certificateUrl, confirmationUrl, hostOf } from './address.ts';
import { createCertificates } from './certificates.ts';
import { fetchLimited } from './fetch-limited.ts';
import { readMessage, type SnsMessage, stringToSign } from './message.ts';

/** How messages of SNS topics are taken. */
export interface SnsOptions {
  /** ARNs of the topics to listen to. Everything of another topic is refused, and only these are subscribed to. */
  readonly topics: readonly string[];
  /** Gets AWS's certificates, and confirms subscriptions. @default the runtime's */
  readonly fetch?: Fetch;
  /** For each of these requests, in ms; SNS itself waits 15 s for the answer. @default 5000 */
  readonly timeoutMs?: number;
  /**
   * How old a message may be, in ms. SNS retries for up to an hour and keeps the time of the publication.
   * @default 3900000 (one hour and five minutes)
   */
  readonly maxAgeMs?: number;
  /**
   * Takes notifications of raw delivery, which carry **no signature**: whoever reaches the receiver can then make up
   * updates. Only for a receiver that strangers cannot reach.
   * @default false
   */
  readonly trustRawDelivery?: boolean;
}

/** A topic began or ended to send here; there is nothing else to do. */
export interface SubscriptionChanged {
  readonly type: 'subscribed' | 'unsubscribed';
  readonly topicArn: string;
}

/** Ahead of now: the clocks of two machines. */
const maxSkewMs = 300_000;
const hashes = new Map([
  ['1', 'RSA-SHA1'],
  ['2', 'RSA-SHA256'],
]);

/** Whether a request says that it is of SNS. */
export const isSns = (headers: Headers): boolean =>
  headers.has('x-amz-sns-message-type') || headers.has('x-amz-sns-rawdelivery');

/**
 * Verifies what SNS posts to an HTTP/S subscription, signature versions 1 and 2, and confirms subscriptions of the topics
 * that are expected. Throws a `TypeError` for a topic ARN that is none.
 */
export function createSnsVerifier(options: SnsOptions, clock: () => number) {
  const { timeoutMs = 5_000, maxAgeMs = 3_900_000, trustRawDelivery = false } = options;
  const hosts = new Map(options.topics.map((arn) => [arn, hostOf(arn)]));
  for (const [arn, host] of hosts) if (host === null) throw new TypeError(`${arn} is no ARN of an SNS topic.`);
  const outgoing = { fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)), timeoutMs } as const;
  const keyOf = createCertificates(outgoing, clock);

  async function check(message: SnsMessage, host: string): Promise<Refusal | null> {
    const hash = hashes.get(message.SignatureVersion);
    const signature = decodeBase64(message.Signature);
    const url = certificateUrl(host, message.SigningCertURL);
    if (!hash || !signature) return refused(401, 'The signature is of no known version, or no base64.');
    if (!url) return refused(401, `SigningCertURL is not on ${host}.`);
    const age = clock() - Date.parse(message.Timestamp);
    // Written so that a date which is none is refused, too.
    if (!(age <= maxAgeMs && age >= -maxSkewMs)) return refused(401, 'Timestamp is too far from now.');
    const key = await keyOf(url);
    if ('status' in key) return key;
    const fits = verify(hash, Buffer.from(stringToSign(message)), key, signature);
    return fits ? null : refused(401, 'The signature does not fit.');
  }

  async function confirm(message: SnsMessage, host: string): Promise<SubscriptionChanged | Refusal> {
    const url = confirmationUrl(host, message.SubscribeURL, message.TopicArn);
    if (!url) return refused(401, `SubscribeURL does not confirm this topic on ${host}.`);
    try {
      await fetchLimited(outgoing, url, 65_536);
      return { type: 'subscribed', topicArn: message.TopicArn };
    } catch {
      return refused(503, 'The subscription could not be confirmed.');
    }
  }

  return async (headers: Headers, body: Uint8Array): Promise<Verified | SubscriptionChanged | Refusal> => {
    const text = decodeText(body);
    if (text === null) return refused(400, 'The body is not UTF-8.');
    if (headers.get('x-amz-sns-rawdelivery') === 'true') {
      if (!trustRawDelivery) return refused(401, 'Raw message delivery carries no signature: switch it off.');
      const known = hosts.has(headers.get('x-amz-sns-topic-arn') ?? '');
      return known ? { type: 'verified', id: null, text } : refused(403, 'This topic is not expected here.');
    }
    const envelope = parseObject(text);
    const message = envelope && readMessage(envelope);
    if (!message) return refused(400, 'The body is no SNS message.');
    const host = hosts.get(message.TopicArn);
    if (!host) return refused(403, 'This topic is not expected here.');
    const refusal = await check(message, host);
    if (refusal) return refusal;
    if (message.Type === 'Notification') return { type: 'verified', id: null, text: message.Message };
    // Nothing is done about the end of a subscription: its SubscribeURL would begin it again.
    if (message.Type === 'UnsubscribeConfirmation') return { type: 'unsubscribed', topicArn: message.TopicArn };
    return confirm(message, host);
  };
}
