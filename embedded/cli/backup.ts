import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { backUp } from '../backup/back-up.ts';
import { print } from '../terminal/print.ts';

/** `statuswire backup`. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('Copy the data folder, also while the service runs. The copy can be served by --data.')
    .argument('<folder>', 'where to; must not exist yet')
    .addOption(new Option('--data <folder>', 'data folder').default('.statuswire').env('STATUSWIRE_DATA'))
    .action(async (target: string, { data }: { readonly data: string }) => {
      const percent = (done: number, total: number): string => `${Math.floor((100 * done) / Math.max(1, total))} %`;
      const live = process.stderr.isTTY;
      const bytes = await backUp({
        from: resolve(data),
        to: resolve(target),
        now: Date.now(),
        onProgress: (done, total) => void (live && process.stderr.write(`\rCopying: ${percent(done, total)} `)),
      });
      if (live) process.stderr.write('\n');
      print(`Backed up ${data} to ${target}: ${bytes} bytes, checked.`);
    });
}
