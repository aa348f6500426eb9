import { isIP, type LookupFunction } from 'node:net';
import type { Guard, Vetted } from './guard.ts';

/** `code` of a connection that the guard did not let happen; the message may be shown. */
export const refusedCode = 'STATUSWIRE_REFUSED';

/** What such a connection fails with. */
export function refusalOf(vetted: Exclude<Vetted, { readonly type: 'allowed' }>): NodeJS.ErrnoException {
  const reason = vetted.type === 'refused' ? vetted.reason : 'the host name does not resolve';
  return Object.assign(new Error(reason), { code: refusedCode });
}

/** Answers the vetted addresses, so that what is dialled is what was vetted: no second look-up in between (rebinding). */
export function guardedLookup(guard: Guard, protocol: string): LookupFunction {
  return (hostname, { all }, callback) => {
    guard.vet(protocol, hostname).then(
      (vetted) => {
        if (vetted.type !== 'allowed') return callback(refusalOf(vetted), []);
        const answers = vetted.addresses.map((address) => ({ address, family: isIP(address) }));
        const [first] = answers;
        if (all || !first) callback(null, answers);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, []),
    );
  };
}
