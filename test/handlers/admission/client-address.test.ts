import { describe, expect, it } from 'vitest';
import { createClientAddresses } from '../../../handlers/admission/client-address.ts';

const direct = createClientAddresses([]);
const caller = (remote: string, forwardedFor?: string, addresses = direct): string =>
  addresses.accountOf({ remote, forwardedFor }).caller;

describe('G8: who a client is that nobody knows', () => {
  it('an IPv4 address, also in IPv6 clothes; a /64 of IPv6, in the pool of its /48', () => {
    expect(caller('::ffff:192.0.2.1')).toBe(caller('192.0.2.1'));
    expect(caller('192.0.2.2')).not.toBe(caller('192.0.2.1'));
    expect(caller('2001:db8:1:2::1')).toBe(caller('2001:db8:1:2:ffff::9'));
    const [one, other] = ['2001:db8:1:2::1', '2001:db8:1:3::1'].map((remote) => direct.accountOf({ remote }));
    expect(one?.caller).not.toBe(other?.caller);
    expect(one?.pool).toBe(other?.pool);
    expect(direct.accountOf({ remote: '192.0.2.1' }).pool).toBeNull();
  });

  it('what anybody can send is not believed', () => {
    expect(caller('192.0.2.1', '203.0.113.9')).toBe(caller('192.0.2.1'));
    const behind = createClientAddresses(['10.0.0.0/8']);
    expect(caller('192.0.2.1', '203.0.113.9', behind)).toBe(caller('192.0.2.1'));
  });

  it('trusted proxies are believed from the right, as far as they are trusted', () => {
    const behind = createClientAddresses(['10.0.0.0/8', '2001:db8::1']);
    expect(caller('10.0.0.1', '203.0.113.9', behind)).toBe(caller('203.0.113.9'));
    expect(caller('::ffff:10.0.0.1', '1.2.3.4, 203.0.113.9, 10.9.9.9', behind)).toBe(caller('203.0.113.9'));
    expect(caller('2001:db8::1', ' 203.0.113.9 ', behind)).toBe(caller('203.0.113.9'));
    expect(behind.isTrusted('10.2.3.4')).toBe(true);
    expect(behind.isTrusted('192.0.2.1')).toBe(false);
  });

  it.each(['', 'unknown', '203.0.113.9:443', ',', '0'.repeat(300), '10', '0x7f.1'])(
    'nonsense ends the list: %j',
    (text) => {
      const behind = createClientAddresses(['10.0.0.1']);
      expect(caller('10.0.0.1', text, behind)).toBe(caller('10.0.0.1'));
    },
  );

  it('an unreadable range is said at once', () => {
    expect(() => createClientAddresses(['proxy.example'])).toThrow('no address range');
  });
});
