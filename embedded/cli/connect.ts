import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';

/** How a command reaches a running service. */
export interface Connect {
  readonly url: string;
  readonly key?: string;
  readonly data: string;
  readonly json?: true;
}

/** Adds the options of `Connect`. */
export function connecting(command: Command): Command {
  return command
    .addOption(
      new Option('--url <url>', 'where the service answers').default('http://127.0.0.1:8787').env('STATUSWIRE_URL'),
    )
    .addOption(new Option('--key <key>', 'API key or watch token').env('STATUSWIRE_API_KEY'))
    .addOption(
      new Option('--data <folder>', 'data folder of a local service, for its first key')
        .default('.statuswire')
        .env('STATUSWIRE_DATA'),
    )
    .option('--json', 'print JSON, one value a line');
}

/** The key that was given, else the first key of a local service. Throws when there is neither. */
export function credentialOf({ key, data }: Connect): string {
  if (key !== undefined) return key;
  try {
    return readFileSync(join(data, 'api-key'), 'utf8').trim();
  } catch (error) {
    throw new Error(`no API key: give --key, set STATUSWIRE_API_KEY, or name the service's --data folder`, {
      cause: error,
    });
  }
}
