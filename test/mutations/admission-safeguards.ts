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
];
