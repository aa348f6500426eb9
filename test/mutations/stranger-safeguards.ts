import { guard, type Safeguard } from './guard.ts';

/** What strangers' words can do. */
export const strangers: readonly Safeguard[] = [
  guard(
    'command line: a terminal only shows what others wrote',
    'embedded/terminal/print.ts',
    'console.log(printable(line))',
    'console.log(line)',
    'embedded/cli/hostile-words',
  ),
  guard(
    'command line: errors say what others wrote, and do nothing else',
    'embedded/terminal/print.ts',
    'console.error(printable(line))',
    'console.error(line)',
    'embedded/cli/hostile-words',
  ),
  guard(
    'log lines: a terminal only shows them',
    'embedded/telemetry/logger.ts',
    'printable(withoutSecrets(line.trimEnd()))',
    'withoutSecrets(line.trimEnd())',
    'embedded/terminal/printable',
  ),
  guard(
    'SNS: certificates nobody has drive out none that AWS gave',
    'client-sdk/src/server/sns/certificates.ts',
    "if (found.type === 'refused') return found;\n    keep(url, found);",
    "keep(url, found as Certificate);\n    if (found.type === 'refused') return found;",
    'client-sdk/server/sns',
  ),
  guard(
    'OpenID Connect: a token under a key that may be too new is not refused',
    'handlers/authorize/issuer-keys.ts',
    'if (isKnown || !isUnknownKey(again)) throw again;',
    'throw again;',
    'handlers/authorize/oidc-tokens',
  ),
  guard(
    'OpenID Connect: keys asked for before the token came refuse nobody',
    'handlers/authorize/issuer-keys.ts',
    'const isKnown = begun > before ||',
    'const isKnown = true ||',
    'handlers/authorize/oidc-tokens',
  ),
  guard(
    'TLS: nothing without forward secrecy',
    'embedded/service/tls.ts',
    'return { cert, key, ...secrecy };',
    'return { cert, key } as Tls;',
    'embedded/service/tls',
  ),
  guard(
    'example: its backend answers no name that was pointed at it',
    'examples/order-page/backend.ts',
    'if (!isOwnHost(request)) return refuse(421);',
    '',
    'embedded/demo/order-page',
  ),
  guard(
    'example: its page shows outputs of any type',
    'examples/order-page/src/text.ts',
    "typeof value === 'string' ? value : jsonOf(value)",
    'value as string',
    'client-sdk/react/order-page',
  ),
  guard(
    'workflows: a link to a folder is loaded or named',
    'embedded/workflows/load-workflows.ts',
    ' || entry.isSymbolicLink()',
    '',
    'embedded/workflows/load-workflows',
  ),
  guard(
    'client: what is live is never explained by a failure',
    'client-sdk/src/explain.ts',
    "state === 'live' ? live : reason",
    'reason',
    'client-sdk/messages',
  ),
  guard(
    'client: a browser that CORS may have stopped hears of it',
    'client-sdk/src/http.ts',
    'const maybeCors = !answered &&',
    'const maybeCors = answered &&',
    'client-sdk/messages',
  ),
];
