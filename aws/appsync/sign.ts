import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * The role's credentials, as Lambda puts them into the environment. Throws when they are not there.
 *
 * @param source `process.env`
 */
export function environmentCredentials(source: Readonly<Record<string, string | undefined>>): Credentials {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = source;
  if (!accessKeyId || !secretAccessKey) throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set.');
  return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }) };
}

/** The headers of a POST of JSON to AppSync in a role's name. */
export type SignPost = (url: URL, body: string) => Promise<Record<string, string>>;

export interface SignerOptions {
  readonly region: string;
  readonly credentials: () => Credentials;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Signature Version 4 for the service `appsync` (AWS General Reference, "Signing AWS API requests"). */
export function createSigner({ region, credentials, now }: SignerOptions): SignPost {
  const signer = new SignatureV4({
    service: 'appsync',
    region,
    credentials: async () => credentials(),
    sha256: Sha256,
  });
  return async (url, body) => {
    const request = {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: {},
      headers: { host: url.host, 'content-type': 'application/json' },
      body,
    };
    const { headers } = await signer.sign(request, { signingDate: new Date(now()) });
    const { host: _sentByFetch, ...rest } = headers;
    return rest;
  };
}
