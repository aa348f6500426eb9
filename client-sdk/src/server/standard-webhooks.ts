import { decodeBase64, decodeText } from './bytes.ts';
import type { VerifyingKey } from './keys.ts';
import { type Refusal, refused, type Verified } from './refusal.ts';

interface StandardDeps {
  readonly keys: readonly VerifyingKey[];
  /** How far `webhook-timestamp` may be from now, in ms, either side. */
  readonly toleranceMs: number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** Longer headers are of nobody who signs with a handful of keys. */
const maxIdLength = 256;
const maxSignatureLength = 4_096;

/**
 * Verifies a request as Standard Webhooks 1.0.0 signs it
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md): `id.timestamp.body`, over
 * the bytes as they came, with any of the keys and any of the signatures, so that either side may rotate first.
 */
export function createStandardVerifier({ keys, toleranceMs, clock }: StandardDeps) {
  return (headers: Headers, body: Uint8Array): Verified | Refusal => {
    const id = headers.get('webhook-id');
    const timestamp = headers.get('webhook-timestamp');
    const signatures = headers.get('webhook-signature');
    if (!id || !timestamp || !signatures) {
      return refused(400, 'webhook-id, webhook-timestamp and webhook-signature are needed.');
    }
    if (id.length > maxIdLength || signatures.length > maxSignatureLength) return refused(400, 'A header is too long.');
    // A dot would let one signed text be read as another id, time and body; the specification has none.
    if (id.includes('.')) return refused(400, 'webhook-id holds a dot.');
    if (!/^\d{1,11}$/.test(timestamp)) return refused(400, 'webhook-timestamp is no integer.');
    const head = `${id}.${timestamp}.`;
    const signed = signatures.split(' ').some((each) => {
      const comma = each.indexOf(',');
      const signature = decodeBase64(each.slice(comma + 1));
      const scheme = each.slice(0, comma);
      return signature !== null && keys.some((key) => key.scheme === scheme && key.accepts(signature, head, body));
    });
    if (!signed) return refused(401, 'No signature fits.');
    // After the signature, so that a stranger learns nothing of the clock.
    if (Math.abs(clock() - Number(timestamp) * 1_000) > toleranceMs) {
      return refused(401, 'webhook-timestamp is too far from now.');
    }
    const text = decodeText(body);
    return text === null ? refused(400, 'The body is not UTF-8.') : { type: 'verified', id, text };
  };
}
