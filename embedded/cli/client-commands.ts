import { Command, Option } from 'commander';
import { createStatusClient, isStatusError, type StatusClient } from '../../client-sdk/src/index.ts';
import type { Json, Update } from '../../core/contract.ts';
import { print } from '../terminal/print.ts';
import { type Connect, connecting, credentialOf } from './connect.ts';
import { parseJson } from './parse.ts';

/** The commands that are clients of a running service. */
export function clientCommands(): readonly Command[] {
  return [startCommand(), statusCommand(), watchCommand()];
}

function startCommand(): Command {
  return connecting(new Command('start'))
    .description('Start an execution and print its id.')
    .argument('<workflow>')
    .addOption(new Option('--input <json>', 'input as JSON, or @file').default({}, '{}').argParser(parseJson))
    .option('--id <id>', 'name of the execution (default: made up by the service)')
    .action(async (workflow: string, options: Connect & { readonly input: Json; readonly id?: string }) => {
      using client = connect(options);
      const { input, id } = options;
      const started = await client.start(workflow, { input, ...(id === undefined ? {} : { id }) });
      print(options.json ? JSON.stringify(started) : started.id);
    });
}

function statusCommand(): Command {
  return connecting(new Command('status'))
    .description('Print the latest update of an execution.')
    .argument('<workflow>')
    .argument('<id>')
    .action(async (workflow: string, id: string, options: Connect) => {
      using client = connect(options);
      const update = await client.status(workflow, id);
      print(options.json ? JSON.stringify(update) : describeUpdate(update));
    });
}

function watchCommand(): Command {
  return connecting(new Command('watch'))
    .description('Print every update of an execution, from the first, until it ends. Exit code 1 when it failed.')
    .argument('<workflow>')
    .argument('<id>')
    .addOption(
      new Option('--channel <channel>', 'how to read').choices(['auto', 'polling', 'subscription']).default('auto'),
    )
    .action(
      async (
        workflow: string,
        id: string,
        options: Connect & { readonly channel: 'auto' | 'polling' | 'subscription' },
      ) => {
        using client = connect(options, options.channel);
        // A watch waits for a service that is down; a command that was given a wrong URL or key says so instead.
        const latest = await latestOf(client, workflow, id);
        for await (const update of client.watch(workflow, id)) {
          if (update.skipped && !options.json) print('  (earlier updates are no longer kept)');
          print(options.json ? JSON.stringify(update) : describeUpdate(update));
          // A redrive has gone on from here already.
          const isFormer = latest?.epoch === update.epoch && update.seq < latest.seq;
          if (!update.done || isFormer) continue;
          process.exitCode = update.status === 'SUCCEEDED' ? 0 : 1;
          return;
        }
      },
    );
}

/** null when it is not there yet. */
async function latestOf(client: StatusClient, workflow: string, id: string): Promise<Update | null> {
  try {
    return await client.status(workflow, id);
  } catch (error) {
    if (isStatusError(error, 'not-found')) return null;
    throw error;
  }
}

function connect(options: Connect, channels: 'auto' | 'polling' | 'subscription' = 'auto'): StatusClient {
  return createStatusClient({ url: options.url, token: credentialOf(options), channels });
}

/** One line for people. */
export function describeUpdate(update: Update): string {
  const where = update.activeStates.length > 0 ? update.activeStates.join(' + ') : '';
  const { progress, error, output } = update;
  const report = progress
    ? [progress.percent === null ? '' : `${progress.percent} %`, progress.message ?? ''].join(' ')
    : '';
  const end = error ? `${error.name ?? ''} ${error.cause ?? ''}` : output === null ? '' : JSON.stringify(output);
  const parts = [where, report, end].map((part) => part.trim()).filter((part) => part !== '');
  return `${String(update.seq).padStart(3)}  ${update.status.padEnd(9)}  ${parts.join('  ')}`.trimEnd();
}
