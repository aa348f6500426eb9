import { type DestinationStream, type Logger, pino } from 'pino';
import { printable } from '../terminal/printable.ts';

export interface LoggerOptions {
  /** pino's levels, or `silent`. */
  readonly level: string;
  /** @default standard error, written at once, so that a crash loses no line */
  readonly destination?: DestinationStream;
}

/** Members whose values are never written, whatever object they are in (three levels deep). */
const secretMembers = [
  'authorization',
  'Authorization',
  'cookie',
  'apiKey',
  'secret',
  'secretText',
  'secretHash',
  'tokenSecret',
  'token',
  'password',
  'credential',
] as const;

/** Paths for pino's `redact`. A wildcard stands for one level only. */
export const redactedPaths: readonly string[] = secretMembers.flatMap((member) => [
  member,
  `*.${member}`,
  `*.*.${member}`,
]);

/** Our own credentials by their form: API keys, webhook secrets, JWTs. */
const secretForms: readonly (readonly [RegExp, string])[] = [
  [/\bsw_([0-9A-Za-z]{1,40})_[0-9A-Za-z_-]{16,100}/g, 'sw_$1_[Redacted]'],
  [/\bwhs(?:ec|k)_[0-9A-Za-z+/=_-]+/g, '[Redacted]'],
  [/\beyJ[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+/g, '[Redacted]'],
  [/\bBearer [^\s"\\]+/g, 'Bearer [Redacted]'],
];

/** Takes credentials out of a text: they may be inside an error's message, where no path leads. */
export function withoutSecrets(text: string): string {
  return secretForms.reduce((rest, [form, instead]) => rest.replace(form, instead), text);
}

/**
 * Structured log lines (JSON, one a line) without credentials: by member name, and by form as the second line. A terminal only
 * shows them, whoever wrote what is in them: pino escapes what JSON demands, which leaves C1 controls and bidi overrides.
 */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: [...redactedPaths], censor: '[Redacted]' },
      hooks: { streamWrite: (line) => `${printable(withoutSecrets(line.trimEnd()))}\n` },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}
