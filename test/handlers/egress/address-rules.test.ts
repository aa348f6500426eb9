import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAddressRules } from '../../../handlers/egress/address-rules.ts';
import { notPublic, publicAddresses } from './addresses.ts';

const closed = createAddressRules([]);

describe('G9: addresses', () => {
  test.each(notPublic)('%s is refused (%s)', (address) => {
    expect(closed.mayCall(address)).toBe(false);
  });

  test.each(publicAddresses)('%s is called', (address) => {
    expect(closed.mayCall(address)).toBe(true);
    expect(closed.allowedExplicitly(address)).toBe(false);
  });

  test.each(['', 'localhost', 'example.com', '1.2.3.4.5', '::g', '8.8.8.8/32'])('%j is no address', (text) => {
    expect(closed.mayCall(text)).toBe(false);
  });

  test('property: no IPv4 address becomes callable by IPv6 clothes', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const clothes = fc.constantFrom('::ffff:', '::', '64:ff9b::', '::ffff:0:', '2a00:1450::5efe:');
    fc.assert(
      fc.property(clothes, fc.tuple(octet, octet, octet, octet), (prefix, octets) => {
        expect(closed.mayCall(prefix + octets.join('.'))).toBe(false);
      }),
    );
  });
});

describe('allowed ranges', () => {
  test('open exactly themselves', () => {
    const rules = createAddressRules(['10.1.0.0/16', 'fd00:1::/32', '127.0.0.1']);
    const allowed = ['10.1.0.0', '10.1.255.255', 'fd00:1::5', '127.0.0.1'];
    const refused = ['10.0.255.255', '10.2.0.0', 'fd00:2::5', '127.0.0.2', '::ffff:10.1.0.1', '::1', '169.254.169.254'];
    expect(allowed.filter(rules.mayCall)).toEqual(allowed);
    expect(allowed.filter(rules.allowedExplicitly)).toEqual(allowed);
    expect(refused.filter(rules.mayCall)).toEqual([]);
    expect(rules.mayCall('8.8.8.8')).toBe(true);
  });

  test.each(['10.0.0.0/33', 'private', '', '10.0.0.0/8/8', 'example.com/8'])('%j is refused by name', (range) => {
    expect(() => createAddressRules([range])).toThrow(`"${range}"`);
  });
});
