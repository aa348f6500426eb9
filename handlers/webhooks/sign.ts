import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** What Standard Webhooks 1.0.0 puts on every attempt. */
export interface SignatureHeaders extends Readonly<Record<string, string>> {
  /** Stable over retries and replays: the receiver's idempotency key (S31). */
  readonly 'webhook-id': string;
  /** Seconds since the epoch, of this attempt. */
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

export interface Message {
  readonly id: string;
  /** When this attempt is made, epoch milliseconds. */
  readonly sentAt: number;
  readonly body: string;
}

export type Sign = (secret: string, message: Message) => SignatureHeaders;

const secretPrefix = 'whsec_';
/** Keys kept ready; importing one costs more than the HMAC over a small body. */
const cachedKeys = 1_000;

/** The scheme `v1`: HMAC-SHA256 over `id.timestamp.body` (Standard Webhooks 1.0.0). Throws when the secret is no `whsec_`. */
export function createSigner(): Sign {
  const keys = new Map<string, KeyObject>();

  function keyOf(secret: string): KeyObject {
    const known = keys.get(secret);
    if (known) return known;
    if (!secret.startsWith(secretPrefix)) throw new Error('a webhook secret starts with whsec_');
    const key = createSecretKey(Buffer.from(secret.slice(secretPrefix.length), 'base64'));
    const [oldest] = keys.keys();
    if (keys.size >= cachedKeys && oldest !== undefined) keys.delete(oldest);
    keys.set(secret, key);
    return key;
  }

  return (secret, { id, sentAt, body }) => {
    const timestamp = String(Math.floor(sentAt / 1000));
    const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  };
}
