import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadWorkflow, workflowFiles } from './load-workflow.ts';
import type { LoadedWorkflow, LoadedWorkflows, WorkflowProblem } from './loaded-workflow.ts';

/** What may be a workflow's folder: folders, and links, of which only a look says what they lead to. */
async function candidates(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
    .filter(({ name }) => name !== 'node_modules')
    .map((entry) => join(folder, entry.name))
    .sort();
}

/**
 * Loads the workflows of a folder: one per subfolder, named like it, made of exactly one `*.asl.json`, an optional task
 * module (`tasks.ts`, `.js` or `.mjs`; its exported functions are the task handlers) and an optional `statuswire.json`.
 * A link to such a folder is one, under the link's name.
 * A folder with nothing but a `statuswire.json` that has a `machineArn` stands for a state machine that runs on AWS only.
 * A folder that itself holds a definition, or nothing but a `statuswire.json`, is one workflow. Subfolders with none of these files are passed over.
 *
 * What is wrong with one workflow keeps that one out, with the file, the state and the reason, and no other.
 */
export async function loadWorkflows(folder: string): Promise<LoadedWorkflows> {
  const workflows: LoadedWorkflow[] = [];
  const problems: WorkflowProblem[] = [];
  const root = resolve(folder);
  const guarded = async (file: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      problems.push({ file, state: null, reason: error instanceof Error ? error.message : String(error) });
    }
  };
  await guarded(root, async () => {
    const own = await workflowFiles(root);
    const inside = await candidates(root);
    const isWorkflow = own.definitions.length > 0 || (own.config !== null && inside.length === 0);
    for (const path of isWorkflow ? [root] : inside) {
      await guarded(path, async () => {
        // Throws for a link that leads nowhere, which is then told.
        if (!(await stat(path)).isDirectory()) return;
        const files = await workflowFiles(path);
        if (files.definitions.length === 0 && files.tasks.length === 0 && files.config === null) return;
        const loaded = await loadWorkflow(path, files);
        if (loaded.type === 'loaded') workflows.push(loaded.workflow);
        else problems.push(...loaded.problems);
      });
    }
  });
  return { workflows, problems };
}
