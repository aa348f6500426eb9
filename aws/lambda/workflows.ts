import { z } from 'zod';
import { defaultRules, type RulesOf } from '../../core/workflow-rules.ts';
import { rulesFrom, workflowConfigSchema } from '../../handlers/workflows/workflow-config.ts';

/** What `workflows.json` holds, beside the code of each Lambda: by name, everything that is known at deployment. */
export const workflowsSchema = z.record(
  z.string(),
  z.strictObject({
    config: workflowConfigSchema,
    /** Cannot be started, described or redriven. */
    express: z.boolean().default(false),
    /** State → the Parallel and Map states around it; absent where the definition is not known (S8). */
    nesting: z.record(z.string(), z.array(z.string())).optional(),
  }),
);

export type WorkflowsFile = z.input<typeof workflowsSchema>;

/** The configured workflows, as the Lambdas ask about them. */
export interface Workflows {
  readonly rulesOf: RulesOf;
  /** The ARN that the name stands for; null where nobody configured it. */
  machineArn(workflow: string): string | null;
  /** Configured, and Standard: starts of Express are not idempotent (S5). */
  isStartable(workflow: string): boolean;
  /** ARNs of the Standard ones, by name: what the reconciler lists. */
  readonly standard: ReadonlyMap<string, string>;
}

/**
 * @param file the parsed `workflows.json`; throws a ZodError that names each mistake
 * @param place `arn:<partition>:states:<region>:<account>`: where the machines are whose configuration has no ARN
 */
export function readWorkflows(file: unknown, place: string): Workflows {
  const configured = new Map(
    Object.entries(workflowsSchema.parse(file)).map(([name, { config, express, nesting }]) => {
      const machineArn = config.machineArn ?? `${place}:stateMachine:${name}`;
      return [name, { rules: rulesFrom({ ...config, machineArn }, nesting ?? null), machineArn, express }];
    }),
  );
  return {
    rulesOf: (name) => configured.get(name)?.rules ?? defaultRules,
    machineArn: (name) => configured.get(name)?.machineArn ?? null,
    isStartable: (name) => configured.get(name)?.express === false,
    standard: new Map(
      [...configured].flatMap(([name, { express, machineArn }]) => (express ? [] : [[name, machineArn]])),
    ),
  };
}
