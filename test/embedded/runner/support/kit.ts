import { DatabaseSync } from 'node:sqlite';
import { nestingOf } from '../../../../core/nesting.ts';
import { defaultRules } from '../../../../core/workflow-rules.ts';
import { createRunner, type Runner, type RunnerOptions } from '../../../../embedded/runner/runner.ts';
import type { AslMachine } from '../../../../embedded/workflows/asl.ts';
import type { LoadedWorkflow } from '../../../../embedded/workflows/loaded-workflow.ts';
import type { TaskHandler } from '../../../../embedded/workflows/task-handler.ts';
import { bindTasks } from '../../../../embedded/workflows/task-modules.ts';
import { type JumpingClock, jumpingClock } from './clock.ts';
import { type CrashableWriter, crashableWriter } from './writer.ts';

/** A workflow from a definition and handlers by name. Not validated: that takes longer than running it. */
export function workflowOf(
  definition: object,
  handlers: { readonly [name: string]: TaskHandler } = {},
  name = 'w',
): LoadedWorkflow {
  const machine = JSON.parse(JSON.stringify(definition)) as AslMachine;
  const { tasks, problems } = bindTasks(machine, new Map(Object.entries(handlers)));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return {
    name,
    folder: `/${name}`,
    definition: machine,
    tasks,
    rules: { ...defaultRules, nesting: nestingOf(machine) },
  };
}

export interface Kit {
  readonly runner: Runner;
  /** What was committed by `emit`, in order. */
  readonly items: unknown[];
  readonly db: DatabaseSync;
  readonly clock: JumpingClock;
  readonly writer: CrashableWriter;
  readonly logged: readonly { readonly level: string; readonly message: string; readonly err: unknown }[];
  /** Starts an execution of `w`, waits until all is emitted, answers the items. */
  run(input?: unknown, id?: string, workflow?: string): Promise<readonly unknown[]>;
}

/** A runner on a database of its own, whose `emit` commits through the same writer, as ingest does. */
export function openKit(
  workflows: readonly LoadedWorkflow[],
  { db = new DatabaseSync(':memory:'), ...options }: Partial<RunnerOptions> & { readonly db?: DatabaseSync } = {},
): Kit {
  const writer = crashableWriter(db);
  const clock = jumpingClock();
  const items: unknown[] = [];
  const emit = async (item: unknown): Promise<void> => {
    await writer.write(() => items.push(structuredClone(item)));
  };
  const logged: { readonly level: string; readonly message: string; readonly err: unknown }[] = [];
  const log = (level: string) => (details: object, message: string) =>
    void logged.push({ level, message, err: 'err' in details ? details.err : null });
  const runner = createRunner({
    ...{ workflows, store: { writer }, emit, clock, random: () => 0.5 },
    log: { warn: log('warn'), error: log('error') },
    ...options,
  });
  return {
    ...{ runner, items, db, clock, writer, logged },
    async run(input = {}, id = 'x', workflow = 'w') {
      const outcome = await runner.start({ workflow, id }, JSON.stringify(input));
      if (outcome.type === 'refused') throw new Error(outcome.reason);
      await runner.idle();
      const broken = logged.find(({ level }) => level === 'error');
      if (broken !== undefined) throw new Error(broken.message, { cause: broken.err });
      return items;
    },
  };
}
