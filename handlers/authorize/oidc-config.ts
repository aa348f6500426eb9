import * as z from 'zod/mini';
import type { OidcConfig } from '../../core/oidc.ts';

const text = z.string().check(z.minLength(1), z.maxLength(1_024));
const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** Is what such a URL answers to be believed: over TLS, or from this very machine? */
export function isTrusted(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && loopback.includes(hostname));
}

const url = text.check(
  z.refine(isTrusted, 'It is an https URL; http is for this machine only, e.g. http://localhost.'),
);

const schema = z.strictObject({
  issuer: url,
  audience: z.union([text, z.array(text).check(z.minLength(1), z.maxLength(20))]),
  jwksUri: z.exactOptional(url),
  tenant: z.union([z.strictObject({ constant: text.check(z.maxLength(128)) }), z.strictObject({ claim: text })]),
  access: z.union([z.literal('tenant'), z.strictObject({ claim: text })]),
});

/**
 * The configuration in a JSON text.
 *
 * @throws Error that names the members that are missing, wrong, or not known.
 */
export function readOidcConfig(json: string): OidcConfig {
  const { data, error } = schema.safeParse(JSON.parse(json));
  if (data) return data;
  const reasons = error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
  throw new Error(`The OpenID Connect configuration is wrong. ${reasons.join(' ')}`);
}
