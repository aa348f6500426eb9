import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import type { Guard } from './guard.ts';
import { guardedLookup, refusalOf } from './guarded-lookup.ts';

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
        else callback(refusalOf(vetted), null);
      },
      (error) => callback(error, null),
    );
  };
}
