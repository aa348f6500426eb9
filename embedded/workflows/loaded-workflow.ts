import type { WorkflowRules } from '../../core/workflow-rules.ts';
import type { AslMachine } from './asl.ts';
import type { TaskHandler } from './task-handler.ts';

/** What a Task state does when it runs here. */
export type TaskCall =
  /** `Resource` is a Lambda function. */
  | { readonly type: 'lambda'; readonly handler: TaskHandler }
  /** `Resource` is `states:::lambda:invoke`: payload and result are wrapped. */
  | { readonly type: 'invoke'; readonly handler: TaskHandler }
  /** Another service integration; the handler stands for the service. */
  | {
      readonly type: 'service';
      readonly resourceType: string;
      readonly resource: string;
      readonly handler: TaskHandler;
    }
  /** `states:::events:putEvents` without a handler: done by the runner. */
  | { readonly type: 'put-events' };

/** A workflow that can be told of, and with a definition be run. */
export interface LoadedWorkflow {
  /** Its folder's name. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** As it stands in the file; null for one that runs on AWS only, which needs none here. */
  readonly definition: AslMachine | null;
  /** By state name, for every Task of every level. */
  readonly tasks: { readonly [state: string]: TaskCall };
  readonly rules: WorkflowRules;
}

/** Why a workflow is not there: one sentence, with the file and, where it is about one, the state. */
export interface WorkflowProblem {
  readonly file: string;
  readonly state: string | null;
  readonly reason: string;
}

export interface LoadedWorkflows {
  readonly workflows: readonly LoadedWorkflow[];
  readonly problems: readonly WorkflowProblem[];
}
