import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

interface Pair {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function newPair(kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

/** An OpenID Connect issuer on 127.0.0.1, as far as a verifier sees one. */
export async function startIssuer() {
  let pairs = [await newPair('k1')];
  const state = {
    /** How often each path was asked for. */
    asked: { discovery: 0, keys: 0 },
    /** Answers in place of the usual ones. */
    broken: null as null | 'down' | 'status' | 'text' | 'large' | 'other issuer' | 'elsewhere' | 'silent',
  };
  const server = createServer((request, response) => {
    const isDiscovery = request.url === '/realm/.well-known/openid-configuration';
    if (isDiscovery) state.asked.discovery += 1;
    else state.asked.keys += 1;
    const { broken } = state;
    if (broken === 'down') return request.destroy();
    if (broken === 'silent') return undefined;
    if (broken === 'status') return response.writeHead(500).end('{}');
    if (broken === 'elsewhere') return response.writeHead(302, { location: '/keys' }).end();
    if (broken === 'text') return response.end('<html>');
    if (broken === 'large') return response.end(JSON.stringify({ keys: [], padding: 'x'.repeat(300_000) }));
    const named = broken === 'other issuer' ? `${issuer}/other` : issuer;
    return response.end(
      JSON.stringify(
        isDiscovery ? { issuer: named, jwks_uri: `${origin}/keys` } : { keys: pairs.map(({ jwk }) => jwk) },
      ),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${origin}/realm`;

  return Object.assign(state, {
    issuer,
    keysUrl: `${origin}/keys`,
    publicKey: (): JWK => pairs[0]?.jwk ?? {},
    /** Signs with a new key from now on. `keep`: the one before is still published. */
    async rotate(keep = false): Promise<void> {
      pairs = [await newPair(`k${Math.random()}`), ...(keep ? pairs : [])];
    },
    /** A token of this issuer for `statuswire`, of user `u1`, that ends in 10 minutes unless the claims say otherwise. */
    async sign(
      claims: JWTPayload = {},
      header: { readonly kid?: string; readonly typ?: string } = {},
      now = Date.now(),
    ) {
      const [pair] = pairs;
      if (!pair) throw new Error('There is no key.');
      const exp = Math.floor(now / 1_000) + 600;
      const payload = { iss: issuer, aud: 'statuswire', sub: 'u1', exp, ...claims };
      // What is undefined is left out.
      return new SignJWT(JSON.parse(JSON.stringify(payload)))
        .setProtectedHeader({ alg: 'ES256', kid: pair.kid, ...header })
        .sign(pair.privateKey);
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;
