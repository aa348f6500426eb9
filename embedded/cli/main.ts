import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { isStatusError } from '../../client-sdk/src/index.ts';
import { clientCommands } from './client-commands.ts';
import { serveCommand } from './serve.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** Runs the command line; `argv` as the process got it. Sets the exit code: 1 for failures, 2 for wrong usage. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('statuswire')
    .description('Real-time status of Step Functions executions: polling, webhooks and GraphQL subscriptions.')
    .version(version)
    .showHelpAfterError('(add --help for usage)')
    .exitOverride();
  program.addCommand(serveCommand());
  for (const command of clientCommands()) program.addCommand(command);
  // Subcommands do not inherit this one.
  for (const command of program.commands) command.exitOverride().showHelpAfterError('(add --help for usage)');
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  // commander has said what is wrong already; --help and --version end the same way, with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  console.error(`statuswire: ${error instanceof Error ? error.message : String(error)}`);
  if (isStatusError(error) && error.hint) console.error(error.hint);
  return 1;
}
