import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { inside, parseRange } from '../egress/address-rules.ts';
import type { Account } from './account.ts';

/** Where a connection comes from, as far as it is known. */
export interface Origin {
  /** The other end of the connection. */
  readonly remote: string | undefined;
  /** `X-Forwarded-For`, its lines joined by commas. */
  readonly forwardedFor?: string | undefined;
}

export interface ClientAddresses {
  /** Is that a proxy whose word counts? */
  readonly isTrusted: (remote: string | undefined) => boolean;
  /** Whom something counts for that nobody is known to ask for: an IPv4 address, or a /64 of IPv6 in the pool of its /48. */
  readonly accountOf: (origin: Origin) => Account;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** IPv4 in IPv6 clothes (`::ffff:192.0.2.1`) is IPv4. */
function read(text = ''): Address | null {
  const trimmed = text.trim();
  // Not what ipaddr.js takes besides, such as `10` or octal digits.
  return isIP(trimmed) === 0 ? null : ipaddr.process(trimmed);
}

/** Providers give a customer a /64 at least, and often a /48 (RFC 6177): who has one has all its addresses. */
const prefix = (address: ipaddr.IPv6, groups: number): string => address.parts.slice(0, groups).join(':');

/**
 * Tells clients apart by their address. The addresses that `X-Forwarded-For` lists are believed from the right, as long as
 * the one that added them is trusted: what stands to the left anybody can send.
 *
 * @param trusted Addresses and ranges (CIDR) of proxies. Throws on one that cannot be read.
 */
export function createClientAddresses(trusted: readonly string[]): ClientAddresses {
  const ranges = trusted.map(parseRange);
  const believes = (address: Address | null): boolean =>
    address !== null && ranges.some((range) => inside(address, range));

  const clientOf = ({ remote, forwardedFor = '' }: Origin): Address | null => {
    let client = read(remote);
    for (const text of forwardedFor.split(',').reverse()) {
      const before = believes(client) ? read(text) : null;
      if (before === null) break;
      client = before;
    }
    return client;
  };

  return {
    isTrusted: (remote) => believes(read(remote)),
    accountOf(origin) {
      const client = clientOf(origin);
      if (client instanceof ipaddr.IPv6)
        return { caller: `ip:${prefix(client, 4)}`, pool: `ip:${prefix(client, 3)}`, tenant: null };
      return { caller: `ip:${client?.toString() ?? 'unknown'}`, pool: null, tenant: null };
    },
  };
}
