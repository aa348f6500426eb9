import { guard, type Safeguard } from './guard.ts';

/** No caller can take the service from the others (G8). */
export const admission: readonly Safeguard[] = [
  guard(
    'G8: tokens share the pool of the key that made them',
    'handlers/admission/account.ts',
    'if (keyId !== undefined) return',
    'if (keyId === "never") return',
    'handlers/admission/account',
  ),
  guard(
    'G8: a watch token names the key that made it',
    'handlers/authorize/watch-token.ts',
    'kid: caller.keyId, ',
    '',
    'handlers/api/rate-limit',
    'handlers/authorize/verifier',
  ),
  guard(
    'G8: a request counts against the pool, too',
    'handlers/api/rate-limiter.ts',
    'const allowed = own.allowed && shared.allowed;',
    'const { allowed } = own;',
    'handlers/api/rate-limit',
  ),
  guard(
    'G8: held requests and sockets count against the pool, too',
    'handlers/admission/tally.ts',
    "const levels = ['caller', 'pool', 'tenant'] as const;",
    "const levels = ['caller'] as const;",
    'handlers/admission/tally',
    'handlers/read/waiters',
  ),
  guard(
    'G8: the payloads of one request unpack to so much and no more',
    'handlers/ingest/unpack.ts',
    'if (bytesLeft <= 0) {',
    'if (bytesLeft === 0.5) {',
    'handlers/ingest/unpack',
  ),
  guard(
    'G8: what is refused for its size counts as work',
    'handlers/ingest/unpack.ts',
    '      bytesLeft -= unpackLimits.payloadBytes;\n',
    '',
    'handlers/ingest/unpack',
  ),
  guard(
    'G8: the log events of one request are counted',
    'handlers/ingest/unpack.ts',
    'eventsLeft -= count;',
    '',
    'handlers/ingest/unpack',
  ),
  guard(
    'G8: thousands of facts of one execution are taken in slices',
    'handlers/ingest/ingest.ts',
    'await options.appender.append(key, projected.slice(from, from + maxUpdatesPerCommit));',
    'if (from === 0) await options.appender.append(key, projected);',
    'handlers/ingest/unpack',
  ),
  guard(
    'G8: large payloads are unpacked one call after the other',
    'handlers/ingest/ingest.ts',
    'const taken = last.then(() => ingest(items, callOptions));',
    'const taken = ingest(items, callOptions);',
    'handlers/ingest/unpack',
  ),
  guard(
    'G8: long work lets the others have a turn',
    'handlers/turns.ts',
    'if (clock() - begun < stretchMs) return undefined;',
    'return undefined;',
    'handlers/turns',
  ),
];
