import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { Guard } from './guard.ts';

/** A connection that the guard did not let happen. */
function refusal(reason: string): NodeJS.ErrnoException {
  return Object.assign(new Error(reason), { code: 'STATUSWIRE_REFUSED' });
}

/** Answers the vetted addresses, so that what is dialled is what was vetted: no second look-up in between (rebinding). */
function guardedLookup(guard: Guard, protocol: string): LookupFunction {
  return (hostname, { all }, callback) => {
    guard.vet(protocol, hostname).then(
      (vetted) => {
        if (vetted.type !== 'allowed') {
          const reason = vetted.type === 'refused' ? vetted.reason : 'the host name does not resolve';
          return callback(refusal(reason), []);
        }
        const answers = vetted.addresses.map((address) => ({ address, family: isIP(address) }));
        const [first] = answers;
        if (all || !first) callback(null, answers);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, []),
    );
  };
}

/** undici's connector behind the guard. `timeoutMs` covers look-up, TCP and TLS. */
export function createGuardedConnector(guard: Guard, timeoutMs: number): buildConnector.connector {
  const connectorFor = (protocol: string) =>
    buildConnector({ timeout: timeoutMs, allowH2: false, lookup: guardedLookup(guard, protocol) });
  const plain = connectorFor('http:');
  const tls = connectorFor('https:');

  return (options, callback) => {
    const connect = options.protocol === 'https:' ? tls : plain;
    // An address literal is dialled without any look-up.
    if (isIP(options.hostname) === 0) return connect(options, callback);
    guard.vet(options.protocol, options.hostname).then(
      (vetted) => {
        if (vetted.type === 'allowed') connect(options, callback);
        else callback(refusal(vetted.type === 'refused' ? vetted.reason : 'no address'), null);
      },
      (error) => callback(error, null),
    );
  };
}
