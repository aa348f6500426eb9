import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { examine } from '../doctor/examine.ts';
import { counted } from '../doctor/finding.ts';
import { print } from '../terminal/print.ts';

/** `statuswire doctor`: exit code 1 when something is wrong. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Look through the database for what contradicts itself; changes nothing, the service may run.')
    .addOption(new Option('--data <folder>', 'data folder').default('.statuswire').env('STATUSWIRE_DATA'))
    .option('--json', 'print findings as JSON, one a line')
    .action(({ data, json }: { readonly data: string; readonly json?: true }) => {
      const file = join(data, 'statuswire.db');
      if (!existsSync(file)) throw new Error(`there is no ${file}`);
      let count = 0;
      for (const finding of examine(file)) {
        count += 1;
        const { check, key, problem } = finding;
        const where = key === null ? '' : ` ${key.workflow}/${key.id}:`;
        print(json ? JSON.stringify(finding) : `${check}:${where} ${problem}`);
      }
      if (count > 0) process.exitCode = 1;
      if (!json) print(count === 0 ? `Nothing is wrong with ${file}.` : `${counted(count, 'finding')} in ${file}.`);
    });
}
