import { generateKeyPairSync, sign } from 'node:crypto';
import { createSigner } from '../../../../handlers/webhooks/sign.ts';
import { makeUpdate } from '../../../support/make-update.ts';

export const now = Date.UTC(2026, 10, 20, 10);
export const secretOf = (filling: number, bytes = 32): string =>
  `whsec_${Buffer.alloc(bytes, filling).toString('base64')}`;
export const secret = secretOf(7);

export const payloadOf = (seq = 1, more: object = {}): string =>
  JSON.stringify({
    type: 'status.updated',
    timestamp: '2026-11-20T10:00:00.000Z',
    data: makeUpdate({ seq }),
    previousSeq: seq > 1 ? seq - 1 : null,
    ...more,
  });

export interface SignedOptions {
  readonly body?: string;
  readonly id?: string;
  readonly secret?: string;
  /** Epoch milliseconds. */
  readonly at?: number;
  readonly method?: string;
  /** Over the signed ones; null takes one out. */
  readonly headers?: { readonly [name: string]: string | null };
}

/** What the service sends for one update, signed by its own code. */
export function signed(options: SignedOptions = {}): Request {
  const { body = payloadOf(), id = 'upd_A_1', at = now, method = 'POST' } = options;
  const signature = createSigner()(options.secret ?? secret, { id, sentAt: at, body });
  return post(body, { 'content-type': 'application/json', ...signature, ...options.headers }, method);
}

export function post(body: BodyInit, given: { readonly [name: string]: string | null }, method = 'POST'): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) if (value !== null) headers.set(name, value);
  return new Request('https://app.test/hooks', { method, headers, ...(method !== 'GET' && { body }) });
}

/** A sender that signs with Ed25519: its public key, and signatures of the scheme `v1a`. */
export function ed25519Sender() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const x = publicKey.export({ format: 'jwk' }).x ?? '';
  return {
    publicKey: `whpk_${Buffer.from(x, 'base64url').toString('base64')}`,
    sign: (id: string, at: number, body: string) =>
      `v1a,${sign(null, Buffer.from(`${id}.${Math.floor(at / 1000)}.${body}`), privateKey).toString('base64')}`,
  };
}
