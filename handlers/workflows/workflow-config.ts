import { z } from 'zod';
import { checkRules } from '../../core/projection.ts';
import type { WorkflowRules } from '../../core/workflow-rules.ts';

/** What somebody configures of a workflow: a `statuswire.json`, or an entry of a deployment. */
export const workflowConfigSchema = z
  .strictObject({
    /** Owner of every execution (S13). Default: `default`. */
    tenant: z.string().min(1).optional(),
    /** Where the input names the owner, instead of `tenant`. */
    tenantPath: z.string().optional(),
    /** Name in `output` → JSONPath into the execution's output (S14). Default: nothing leaves. */
    expose: z.record(z.string().min(1), z.string()).default({}),
    /** Lets `error.cause` out (S14). */
    exposeCause: z.boolean().default(false),
    /** The state machine this name stands for on AWS (S1). Default: the first one seen. */
    machineArn: z
      .string()
      .regex(/^arn:[^:]+:states:[^:]*:[^:]*:stateMachine:[^:]+$/, 'is no state machine ARN')
      .optional(),
  })
  .refine(({ tenant, tenantPath }) => tenant === undefined || tenantPath === undefined, {
    message: 'name either tenant or tenantPath, not both',
  })
  .superRefine((config, context) => {
    const fault = checkRules(rulesFrom(config, null));
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  });

export type WorkflowConfig = z.output<typeof workflowConfigSchema>;

/** @param nesting State → the Parallel and Map states around it; null where the definition is not known (S8) */
export function rulesFrom(config: WorkflowConfig, nesting: WorkflowRules['nesting']): WorkflowRules {
  return {
    machineArn: config.machineArn ?? null,
    owner: config.tenantPath === undefined ? { tenant: config.tenant ?? 'default' } : { inputPath: config.tenantPath },
    expose: config.expose,
    exposeCause: config.exposeCause,
    nesting,
  };
}

/** Reads the text of a `statuswire.json`; every mistake is named with where it stands. */
export function parseConfig(
  text: string,
):
  | { readonly type: 'config'; readonly config: WorkflowConfig }
  | { readonly type: 'wrong'; readonly reasons: readonly string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { type: 'wrong', reasons: [`is not JSON: ${error instanceof Error ? error.message : error}`] };
  }
  const parsed = workflowConfigSchema.safeParse(json);
  if (parsed.success) return { type: 'config', config: parsed.data };
  return {
    type: 'wrong',
    reasons: parsed.error.issues.map(({ path, message }) =>
      path.length === 0 ? message : `${path.join('.')}: ${message}`,
    ),
  };
}
