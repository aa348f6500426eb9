import { ArnFormat, Aws, Stack, Token } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnStateMachine, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { type Nesting, nestingOf } from '../../core/nesting.ts';
import type { WorkflowProps } from './props.ts';

/** An entry of `workflows.json`, which lies beside each Lambda's code (aws/lambda/workflows.ts reads it). */
export interface WorkflowEntry {
  readonly config: {
    readonly tenant?: string;
    readonly tenantPath?: string;
    readonly expose: Readonly<Record<string, string>>;
    readonly exposeCause: boolean;
    readonly machineArn?: string;
  };
  readonly express: boolean;
  readonly nesting?: Nesting;
}

/** One workflow, as the capabilities need it. */
export interface Workflow {
  readonly name: string;
  readonly express: boolean;
  readonly machineArn: string;
  /** Begins the ARN of each of its executions, map runs' children aside; ends in a colon. */
  readonly executionPrefix: string;
  readonly logGroup: ILogGroup | null;
  /** Level of the machine's log; null where it is not known. */
  readonly logLevel: string | null;
  readonly entry: WorkflowEntry;
}

/** Where the stack's own state machines are: `arn:<partition>:states:<region>:<account>`. */
export const place = `arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}`;

/**
 * Checks what is configured as far as synthesis can know it.
 *
 * @throws Error for a name that is not the machine's, a machine elsewhere, an Express workflow without a log group, and two
 * rules of ownership.
 */
export function readWorkflows(scope: Construct, props: Readonly<Record<string, WorkflowProps>>): readonly Workflow[] {
  const workflows = Object.entries(props).map(([name, workflow]) => readWorkflow(scope, name, workflow));
  if (workflows.length === 0) throw new Error('StatusNotifications needs at least one workflow.');
  return workflows;
}

function readWorkflow(scope: Construct, name: string, props: WorkflowProps): Workflow {
  const { stateMachine, tenant, tenantPath, expose = {}, exposeCause = false, definition, logGroup = null } = props;
  const fail = (reason: string): never => {
    throw new Error(`Workflow "${name}": ${reason}`);
  };
  // Logs and rules take these names only (AWS, "Logging using CloudWatch Logs").
  if (!/^[0-9A-Za-z_-]{1,80}$/.test(name))
    fail('the name of a state machine has 1 to 80 letters, digits, "-" and "_".');
  if (tenant !== undefined && tenantPath !== undefined) fail('name either tenant or tenantPath, not both.');

  const made = typeof stateMachine === 'string' ? null : resourceOf(stateMachine);
  const machineArn = typeof stateMachine === 'string' ? stateMachine : stateMachine.stateMachineArn;
  if (made) checkName(made, name, fail);
  else checkArn(scope, machineArn, name, fail);

  const said = stateMachine instanceof StateMachine ? stateMachine.stateMachineType === StateMachineType.EXPRESS : null;
  const express = props.express ?? said ?? false;
  if (said !== null && express !== said) fail(`express is ${express}, but the state machine is of the other type.`);
  if (express && !logGroup) fail('an Express workflow tells about itself in its log alone, so it needs a logGroup.');

  const nesting = definition === undefined ? null : nestingOf(definition);
  if (definition !== undefined && nesting === null) fail('the definition has no States: give it as an object of ASL.');
  return {
    name,
    express,
    machineArn,
    executionPrefix: `${place}:execution:${name}:`,
    logGroup,
    logLevel: made ? logLevelOf(made) : null,
    entry: {
      config: {
        ...(tenant === undefined ? {} : { tenant }),
        ...(tenantPath === undefined ? {} : { tenantPath }),
        expose,
        exposeCause,
        // What is known only at deployment cannot stand in a file; it is in this place under this name.
        ...(Token.isUnresolved(machineArn) ? {} : { machineArn }),
      },
      express,
      ...(nesting ? { nesting } : {}),
    },
  };
}

type Fail = (reason: string) => never;

function resourceOf(stateMachine: Exclude<WorkflowProps['stateMachine'], string>): CfnStateMachine | null {
  const { defaultChild } = stateMachine.node;
  return defaultChild instanceof CfnStateMachine ? defaultChild : null;
}

function checkName(machine: CfnStateMachine, name: string, fail: Fail): void {
  // What CDK leaves to CloudFormation resolves to nothing.
  const given: unknown = Stack.of(machine).resolve(machine.stateMachineName);
  if (given === undefined) fail(`events carry the state machine's name, so give it one: stateMachineName: '${name}'.`);
  if (typeof given === 'string' && given !== name) {
    fail(`the state machine's name is "${given}"; put the workflow under that key.`);
  }
}

/** Parts of an ARN that are tokens pass: only the deployment knows them. */
function checkArn(scope: Construct, machineArn: string, name: string, fail: Fail): void {
  // One token for the whole of it.
  if (Token.isUnresolved(machineArn) && !machineArn.includes(':stateMachine:')) return;
  if (!machineArn.startsWith('arn:') || !machineArn.includes(':stateMachine:'))
    fail(`"${machineArn}" is no state machine's ARN.`);
  const stack = Stack.of(scope);
  const { region = '', account = '', resourceName = '' } = stack.splitArn(machineArn, ArnFormat.COLON_RESOURCE_NAME);
  if (!Token.isUnresolved(resourceName) && resourceName !== name) {
    fail(
      `the ARN names the state machine "${resourceName}"; put the workflow under that key, without version or alias.`,
    );
  }
  for (const [what, theirs, ours] of [
    ['region', region, stack.region],
    ['account', account, stack.account],
  ] as const) {
    if (Token.isUnresolved(theirs) || Token.isUnresolved(ours) || theirs === ours) continue;
    fail(`the state machine is in the ${what} ${theirs}, the stack in ${ours}: its events do not come here.`);
  }
}

function logLevelOf(machine: CfnStateMachine): string | null {
  const logging: unknown = Stack.of(machine).resolve(machine.loggingConfiguration);
  if (typeof logging !== 'object' || logging === null) return 'OFF';
  return 'level' in logging && typeof logging.level === 'string' ? logging.level : null;
}
