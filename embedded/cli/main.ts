import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { messageOf, messagesOf } from '../terminal/messages.ts';
import { complain } from '../terminal/print.ts';
import { backupCommand } from './backup.ts';
import { checkCommand } from './check.ts';
import { clientCommands } from './client-commands.ts';
import { doctorCommand } from './doctor.ts';
import { operatorCommands } from './operator-commands.ts';
import { serveCommand } from './serve.ts';
import { typesCommand } from './types.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** Runs the command line; `argv` as the process got it. Sets the exit code: 1 for failures, 2 for wrong usage. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('statuswire')
    .description('Real-time status of Step Functions executions: polling, webhooks and GraphQL subscriptions.')
    .version(version)
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage.');
  const local = [serveCommand(), checkCommand(), backupCommand(), doctorCommand(), typesCommand()];
  for (const command of local) program.addCommand(command);
  for (const command of [...clientCommands(), ...operatorCommands()]) program.addCommand(command);
  answerForItself(program);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

/** Errors are thrown, and say where help is; subcommands do not inherit that. */
function answerForItself(command: Command): void {
  command
    .exitOverride()
    .showHelpAfterError('(add --help for usage)')
    // It quotes what it was given, which a script may have from anybody; its hint is a line of its own.
    .configureOutput({ outputError: (text) => complain(...text.trimEnd().split(/\n(?=\(Did you mean )/)) });
  for (const inner of command.commands) answerForItself(inner);
}

function exitCodeOf(error: unknown): number {
  // commander has said what is wrong already; --help and --version end the same way, with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const root = rootOf(error);
  const [first = '', ...others] = messagesOf(error);
  complain(`statuswire: ${first}${root === error ? '' : ` (${messageOf(root)})`}`, ...others);
  return 1;
}

/** What lies at the bottom of an error: of a failed fetch, that the connection was refused. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error;
}
