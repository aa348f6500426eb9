import { createHmac, createPublicKey, createSecretKey, timingSafeEqual, verify } from 'node:crypto';
import { decodeBase64 } from './bytes.ts';

/** One key that a sender may have signed with. */
export interface VerifyingKey {
  /** What stands before the comma in `webhook-signature`. */
  readonly scheme: 'v1' | 'v1a';
  /** Whether the bytes sign `head` followed by `body`. Takes as long for a near miss as for any other. */
  accepts(signature: Uint8Array, head: string, body: Uint8Array): boolean;
}

/**
 * A secret as Standard Webhooks 1.0.0 writes it: `whsec_` and base64 of 24 to 64 bytes (HMAC-SHA256, scheme `v1`), or
 * `whpk_` and base64 of 32 bytes (Ed25519 public key, scheme `v1a`). Throws a `TypeError`, which does not repeat it.
 */
export function parseSecret(secret: string): VerifyingKey {
  const prefix = secret.slice(0, secret.indexOf('_') + 1);
  const bytes = decodeBase64(secret.slice(prefix.length));
  if (prefix === 'whsec_' && bytes && bytes.length >= 24 && bytes.length <= 64) return hmacKey(bytes);
  if (prefix === 'whpk_' && bytes?.length === 32) return publicKey(bytes);
  if (prefix === 'whsk_') throw new TypeError('whsk_ is a private key, which only the sender has: give whpk_.');
  throw new TypeError('A webhook secret is whsec_ and base64 of 24 to 64 bytes, or whpk_ and base64 of 32 bytes.');
}

function hmacKey(bytes: Buffer): VerifyingKey {
  const key = createSecretKey(bytes);
  return {
    scheme: 'v1',
    accepts(signature, head, body) {
      const expected = createHmac('sha256', key).update(head).update(body).digest();
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    },
  };
}

function publicKey(bytes: Buffer): VerifyingKey {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' });
  return {
    scheme: 'v1a',
    // RFC 8032: a signature is 64 bytes. Only public values are compared here.
    accepts: (signature, head, body) =>
      signature.length === 64 && verify(null, Buffer.concat([Buffer.from(head), body]), key, signature),
  };
}
