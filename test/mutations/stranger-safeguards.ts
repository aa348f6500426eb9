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
];
