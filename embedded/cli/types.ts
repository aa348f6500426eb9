import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { messagesOf } from '../terminal/messages.ts';
import { complain, print } from '../terminal/print.ts';
import { makeTypes, type Source, sourceOf } from '../workflow-types/make-types.ts';

interface TypesOptions {
  readonly out?: string;
  readonly check?: true;
  readonly watch?: true;
}

/** `statuswire types`: TypeScript types of workflows, from their definitions. */
export function typesCommand(): Command {
  return new Command('types')
    .description('Print TypeScript types of workflows, made from their state machine definitions.')
    .argument(
      '<files...>',
      'definitions (orders.asl.json), or name=file where the file is not named after its workflow',
    )
    .option('--out <file>', 'write them there instead')
    .option('--check', 'write nothing; exit code 1 when --out is not up to date')
    .option('--watch', 'write --out again whenever a definition changes, until interrupted')
    .action(async (files: readonly string[], options: TypesOptions, command: Command) => {
      const sources = files.map(sourceOf);
      const { out } = options;
      if (options.check && options.watch) command.error('error: --check and --watch exclude each other');
      if (out === undefined) {
        if (options.check || options.watch) command.error('error: --check and --watch need --out');
        print(...makeTypes(sources).trimEnd().split('\n'));
      } else if (options.check) {
        if (contentOf(out) !== makeTypes(sources)) {
          throw new Error(`${out} is not up to date; make it anew with "statuswire types"`);
        }
      } else if (options.watch) {
        await watchTypes({ sources, out, signal: interrupted(), print, complain });
      } else {
        write(out, makeTypes(sources), print);
      }
    });
}

export interface WatchTypesOptions {
  readonly sources: readonly Source[];
  readonly out: string;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
  /** Told what is wrong with a definition; it is tried again at its next change. */
  readonly complain: (line: string) => void;
}

/** How long to let an editor finish, in milliseconds: it may write a file in several steps. */
const settleMs = 50;

/** Writes the types now and after every change of a definition. Resolves when the signal aborts. */
export async function watchTypes({ sources, out, signal, print, complain }: WatchTypesOptions): Promise<void> {
  const update = (): void => {
    try {
      write(out, makeTypes(sources), print);
    } catch (error) {
      for (const line of messagesOf(error)) complain(line);
    }
  };
  // Folders, because editors replace a file by renaming another over it, which ends the watch of the file itself.
  const names = Map.groupBy(
    sources.map(({ file }) => resolve(file)),
    dirname,
  );
  let settling: NodeJS.Timeout | undefined;
  const watchers = [...names].map(([folder, files]) =>
    watch(folder, (_, name) => {
      if (name !== null && !files.some((file) => basename(file) === name)) return;
      clearTimeout(settling);
      settling = setTimeout(update, settleMs);
    }),
  );
  update();
  await new Promise<void>((done) => {
    if (signal.aborted) return done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
  clearTimeout(settling);
  for (const watcher of watchers) watcher.close();
}

/** Leaves the file alone when nothing in it changes, so that nobody who watches it is woken. */
function write(out: string, text: string, print: (line: string) => void): void {
  const isStale = contentOf(out) !== text;
  if (isStale) writeFileSync(out, text);
  print(isStale ? `Wrote ${out}.` : `${out} is up to date.`);
}

const contentOf = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null);

function interrupted(): AbortSignal {
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort());
  return interruption.signal;
}
