import { createHash, timingSafeEqual } from 'node:crypto';
import { type ApiKeyRecord, parseApiKey, type Scope } from '../../core/access.ts';

/** Fresh unpredictable bytes, e.g. `crypto.randomBytes`. */
export type RandomBytes = (count: number) => Uint8Array;

/** What a new key is for. */
export interface KeyDetails {
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** For people, shown in lists. */
  readonly label: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * The record of a key whose text somebody chose (`STATUSWIRE_API_KEY`); null when it is not of the form
 * `sw_<id>_<secret>` (S28).
 */
export function apiKeyRecord(text: string, details: KeyDetails): ApiKeyRecord | null {
  const parts = parseApiKey(text);
  if (!parts) return null;
  return { id: parts.id, secretHash: sha256(parts.secret).toString('hex'), ...details };
}

/**
 * Makes an API key: 64 random bits name it, 256 random bits are its secret (S28). `secretText` is the whole key as the
 * caller sends it; it exists only here and is shown once.
 */
export function newApiKey({ random, ...details }: KeyDetails & { readonly random: RandomBytes }): {
  readonly record: ApiKeyRecord;
  readonly secretText: string;
} {
  const id = Buffer.from(random(8)).toString('hex');
  const secret = Buffer.from(random(32)).toString('base64url');
  return { record: { id, secretHash: sha256(secret).toString('hex'), ...details }, secretText: `sw_${id}_${secret}` };
}

/** Compares in constant time, so that the time of an answer tells nothing about the stored hash. */
export function secretMatches(record: ApiKeyRecord, secret: string): boolean {
  const stored = Buffer.from(record.secretHash, 'hex');
  const given = sha256(secret);
  return stored.length === given.length && timingSafeEqual(stored, given);
}
