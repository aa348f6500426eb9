import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { checkFolder } from '../service/folders.ts';
import { complain, print, printJson } from '../terminal/print.ts';
import type { LoadedWorkflow, LoadedWorkflows, WorkflowProblem } from '../workflows/loaded-workflow.ts';
import { checked } from './parse.ts';

/** `--config`, as `serve` and `check` have it. */
export function configOption(): Option {
  return new Option('--config <folder>', 'folder of workflow folders')
    .env('STATUSWIRE_CONFIG')
    .argParser(checked(checkFolder));
}

interface CheckOptions {
  readonly config: string;
  readonly json?: true;
}

/** `statuswire check`: exit code 1 when anything would not be loaded. */
export function checkCommand(): Command {
  return new Command('check')
    .description('Say which workflows "serve" would load from a folder; exit code 1 when anything is wrong with one.')
    .addOption(configOption().makeOptionMandatory())
    .option('--json', 'print workflows and problems as JSON, one a line')
    .action(async ({ config, json }: CheckOptions) => {
      const { loadWorkflows } = await import('../workflows/load-workflows.ts');
      const { workflows, problems } = await loadWorkflows(resolve(config));
      if (json) for (const found of [...workflows.map(summaryOf), ...problems]) printJson(found);
      else tell(config, { workflows, problems });
      if (problems.length > 0 || workflows.length === 0) process.exitCode = 1;
    });
}

/** What is told of a workflow; `startAt` is null for one that runs on AWS only. */
function summaryOf({ name, folder, definition, tasks }: LoadedWorkflow) {
  return { workflow: name, folder, startAt: definition?.StartAt ?? null, tasks: Object.keys(tasks) };
}

function tell(config: string, { workflows, problems }: LoadedWorkflows): void {
  for (const { workflow, startAt, tasks } of workflows.map(summaryOf)) {
    const here = `starts at ${startAt}; tasks: ${tasks.join(', ') || 'none'}`;
    print(`${workflow}: ${startAt === null ? 'runs on AWS only' : here}`);
  }
  complain(...problems.map(problemLine));
  if (workflows.length === 0 && problems.length === 0) complain(`There is no workflow in ${config}.`);
}

/** One line of what is not loaded, and why. */
export function problemLine({ file, state, reason }: WorkflowProblem): string {
  return `not loaded: ${file}${state === null ? '' : `, state ${state}`}: ${reason}`;
}
