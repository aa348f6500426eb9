import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

/** Public by number, but the address of a cloud's metadata and control service: Azure's WireServer. */
const metadata: readonly Range[] = [ipaddr.parseCIDR('168.63.129.16/32')];
/** The only part of IPv6 that is handed out as global unicast (IANA, RFC 4291 §2.4). */
const globalUnicast: Range = ipaddr.parseCIDR('2000::/3');

export interface AddressRules {
  /** May the service call this address at all? Text that is no canonical address: no. */
  mayCall(address: string): boolean;
  /** Is it inside a range that was allowed explicitly? */
  allowedExplicitly(address: string): boolean;
}

export function inside(address: Address, [base, bits]: Range): boolean {
  return address.kind() === base.kind() && address.match(base, bits);
}

/** ISATAP carries an IPv4 address in the low half (RFC 5214 §6.1): 0000:5efe or 0200:5efe before it. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return ((parts[4] ?? 0) & 0xfdff) === 0 && parts[5] === 0x5efe;
}

/** ipaddr.js names every special range (loopback, private, 6to4, NAT64, mapped …); what has no name is `unicast`. */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || metadata.some((range) => inside(address, range))) return false;
  return address instanceof ipaddr.IPv4 || (inside(address, globalUnicast) && !isIsatap(address));
}

/** A range as CIDR, or one address. Throws on anything else. */
export function parseRange(text: string): Range {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) throw new Error(`"${text}" is no address range; write it like 10.1.0.0/16 or fd00::/8`);
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/**
 * Which addresses may be called (G9): global unicast, and what `allow` names (CIDR or single address). An IPv4 address
 * in IPv6 clothes (mapped, 6to4, NAT64 …) is never public and never inside an IPv4 range. Throws on an unreadable range.
 */
export function createAddressRules(allow: readonly string[]): AddressRules {
  const ranges = allow.map(parseRange);

  function allowedExplicitly(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.parse(text);
    return ranges.some((range) => inside(address, range));
  }

  return {
    mayCall: (text) => ipaddr.isValid(text) && (isPublic(ipaddr.parse(text)) || allowedExplicitly(text)),
    allowedExplicitly,
  };
}
