import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { nestingOf } from '../../core/nesting.ts';
import { defaultRules, type WorkflowRules } from '../../core/workflow-rules.ts';
import { parseConfig, rulesFrom, type WorkflowConfig } from '../../handlers/workflows/workflow-config.ts';
import { parseDefinition } from './definition-file.ts';
import { explainImport } from './explain-import.ts';
import type { LoadedWorkflow, WorkflowProblem } from './loaded-workflow.ts';
import { bindTasks, type Handlers, importHandlers } from './task-modules.ts';

export type LoadResult =
  | { readonly type: 'loaded'; readonly workflow: LoadedWorkflow }
  | { readonly type: 'failed'; readonly problems: readonly WorkflowProblem[] };

const configName = 'statuswire.json';
const taskNames: readonly string[] = ['tasks.ts', 'tasks.js', 'tasks.mjs'];

/** What of a folder makes it a workflow. */
export interface WorkflowFiles {
  readonly definitions: readonly string[];
  readonly tasks: readonly string[];
  readonly config: string | null;
}

/** Looks into a folder; file names without their path. */
export async function workflowFiles(folder: string): Promise<WorkflowFiles> {
  const names = (await readdir(folder)).sort();
  return {
    definitions: names.filter((name) => name.endsWith('.asl.json')),
    tasks: names.filter((name) => taskNames.includes(name)),
    config: names.includes(configName) ? configName : null,
  };
}

function rulesOf(config: WorkflowConfig | null, definition: unknown): WorkflowRules {
  const nesting = nestingOf(definition);
  return config === null ? { ...defaultRules, nesting } : rulesFrom(config, nesting);
}

function failed(
  file: string,
  problems: readonly { readonly state: string | null; readonly reason: string }[],
): LoadResult {
  return { type: 'failed', problems: problems.map(({ state, reason }) => ({ file, state, reason })) };
}

/** Loads one workflow folder. Never rejects for what is in it: every mistake is a problem with its file and state. */
export async function loadWorkflow(folder: string, files: WorkflowFiles): Promise<LoadResult> {
  const name = basename(folder);
  // State machine names that Step Functions can log (aws-facts §2.1).
  if (!/^[0-9A-Za-z_-]{1,80}$/.test(name)) {
    return failed(folder, [
      { state: null, reason: `"${name}" is no name for a workflow: 1 to 80 of letters, digits, - and _` },
    ]);
  }
  const [definitionName] = files.definitions;
  const elsewhere = files.definitions.length === 0 && files.tasks.length === 0 && files.config !== null;
  if (!elsewhere && files.definitions.length !== 1) {
    const found = files.definitions.length === 0 ? 'none' : files.definitions.join(', ');
    return failed(folder, [{ state: null, reason: `needs exactly one *.asl.json; found: ${found}` }]);
  }
  if (files.tasks.length > 1) {
    return failed(folder, [{ state: null, reason: `has several task modules (${files.tasks.join(', ')}); keep one` }]);
  }

  let config: WorkflowConfig | null = null;
  if (files.config !== null) {
    const configFile = join(folder, files.config);
    const read = parseConfig(await readFile(configFile, 'utf8'));
    if (read.type === 'wrong')
      return failed(
        configFile,
        read.reasons.map((reason) => ({ state: null, reason })),
      );
    config = read.config;
  }

  if (definitionName === undefined) {
    if (config?.machineArn !== undefined) {
      return {
        type: 'loaded',
        workflow: { name, folder, definition: null, tasks: {}, rules: rulesFrom(config, null) },
      };
    }
    const reason = 'needs a *.asl.json beside it to run here, or machineArn for a state machine that runs on AWS';
    return failed(join(folder, configName), [{ state: null, reason }]);
  }
  const definitionFile = join(folder, definitionName);
  const parsed = parseDefinition(await readFile(definitionFile, 'utf8'));
  if (parsed.type === 'wrong') return failed(definitionFile, parsed.problems);

  const [taskName] = files.tasks;
  let handlers: Handlers = new Map();
  if (taskName !== undefined) {
    const taskFile = join(folder, taskName);
    try {
      handlers = await importHandlers(taskFile);
    } catch (error) {
      return failed(taskFile, [{ state: null, reason: `cannot be imported: ${explainImport(error, taskFile)}` }]);
    }
  }
  const { tasks, problems } = bindTasks(parsed.definition, handlers);
  if (problems.length > 0) return failed(definitionFile, problems);
  return {
    type: 'loaded',
    workflow: { name, folder, definition: parsed.definition, tasks, rules: rulesOf(config, parsed.definition) },
  };
}
