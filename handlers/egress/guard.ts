import { isIP } from 'node:net';
import type { CheckUrl } from '../../handlers/webhooks/register.ts';
import { urlProblem } from '../../handlers/webhooks/url-rules.ts';
import { type AddressRules, createAddressRules } from './address-rules.ts';
import type { Resolve } from './resolve.ts';

/** What became of a host name or address literal. */
export type Vetted =
  /** Every address, not empty; these and no others may be dialled. */
  | { readonly type: 'allowed'; readonly addresses: readonly string[] }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'unresolved' };

export interface Guard {
  /** `hostname` as a parsed URL has it, without brackets; `protocol` with its colon. */
  vet(protocol: string, hostname: string): Promise<Vetted>;
  /**
   * Why an endpoint's URL is refused at registration, or null. A name that does not resolve passes: its server may
   * come up later, and every connection is vetted again.
   */
  readonly checkUrl: CheckUrl;
}

// The same words whatever the address is: the answer must not map the network that the service runs in.
const notPublic = 'the host has an address that is not public';
const needsTls = 'the URL must begin with https://';

const loopback = ['127.0.0.1', '::1'];

/** RFC 6761 §6.3: these names are the loopback addresses and not DNS's matter; here, those that are allowed. */
function isLocalhost(hostname: string): boolean {
  return /^(.*\.)?localhost\.?$/i.test(hostname);
}

async function addressesOf(hostname: string, resolve: Resolve, rules: AddressRules): Promise<readonly string[]> {
  if (isIP(hostname) !== 0) return [hostname];
  if (!isLocalhost(hostname)) return resolve(hostname);
  const allowed = loopback.filter(rules.allowedExplicitly);
  return allowed.length > 0 ? allowed : loopback;
}

/**
 * Decides which targets the service calls (G9). A name passes only if all its addresses do: one that mixes public and
 * private ones is a mistake or an attack. Without TLS only addresses that were allowed explicitly are called.
 */
export function createGuard(allow: readonly string[], resolve: Resolve): Guard {
  const rules = createAddressRules(allow);

  async function vet(protocol: string, hostname: string): Promise<Vetted> {
    const addresses = await addressesOf(hostname, resolve, rules);
    if (addresses.length === 0) return { type: 'unresolved' };
    if (!addresses.every(rules.mayCall)) return { type: 'refused', reason: notPublic };
    if (protocol !== 'https:' && !addresses.every(rules.allowedExplicitly))
      return { type: 'refused', reason: needsTls };
    return { type: 'allowed', addresses };
  }

  return {
    vet,
    async checkUrl(text) {
      const problem = urlProblem(text);
      if (problem !== null) return { type: 'refused', reason: problem };
      const { protocol, hostname } = new URL(text);
      const vetted = await vet(protocol, hostname.replace(/^\[|\]$/g, ''));
      if (vetted.type === 'refused') {
        return { type: vetted.reason === notPublic ? 'private-address' : 'refused', reason: vetted.reason };
      }
      return vetted.type === 'unresolved' && protocol !== 'https:' ? { type: 'refused', reason: needsTls } : null;
    },
  };
}
