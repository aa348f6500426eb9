import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Annotations, Template } from 'aws-cdk-lib/assertions';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { inject } from 'vitest';
import { assetsContext } from '../../../infra/lib/assets.ts';
import { StatusNotifications, type StatusNotificationsProps } from '../../../infra/lib/index.ts';

/**
 * An app that takes stubs for code and puts no assets together.
 *
 * @param validated CDK's own rules for templates, which take seconds, are applied and errors count
 */
export function testApp(validated = false): App {
  return new App({
    outdir: mkdtempSync(join(inject('scratch'), 'synth-')),
    builtinCloudFormationValidation: validated,
    context: {
      ...{ [assetsContext]: inject('assets'), 'aws:cdk:bundling-stacks': [] },
      ...{ '@aws-cdk/aws-iam:minimizePolicies': true, '@aws-cdk/core:validateAgainstDefaultRules': true },
    },
  });
}

/** One resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: string | readonly string[];
}

export interface Synthesized {
  readonly stack: Stack;
  readonly status: StatusNotifications;
  readonly template: Template;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  /** Made when asked for: it takes another synthesis. */
  readonly annotations: () => Annotations;
  /** Logical ids of this type whose id has this in it. */
  readonly find: (type: string, part?: string) => readonly (readonly [id: string, resource: Resource])[];
}

/** @param props what the stack's construct gets, made with the stack at hand */
export function synth(
  props: (stack: Stack) => StatusNotificationsProps,
  more: { readonly stack?: StackProps; readonly after?: (status: StatusNotifications) => void } = {},
): Synthesized {
  const stack = new Stack(testApp(), 'Test', more.stack);
  const status = new StatusNotifications(stack, 'Status', props(stack));
  more.after?.(status);
  const template = Template.fromStack(stack);
  const { Resources = {}, Outputs = {} } = template.toJSON();
  const resources = new Map<string, Resource>(Object.entries(Resources));
  return {
    ...{ stack, status, template, resources, outputs: Outputs, annotations: () => Annotations.fromStack(stack) },
    find: (type, part = '') => [...resources].filter(([id, { Type }]) => Type === type && id.includes(part)),
  };
}

/** A state machine with a log of its history. */
export function machine(
  stack: Stack,
  name: string,
  options: { readonly type?: StateMachineType; readonly level?: LogLevel } = {},
) {
  const logGroup = new LogGroup(stack, `${name}Log`);
  const stateMachine = new StateMachine(stack, `${name}Machine`, {
    stateMachineName: name,
    stateMachineType: options.type ?? StateMachineType.STANDARD,
    definitionBody: DefinitionBody.fromString('{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'),
    logs: { destination: logGroup, level: options.level ?? LogLevel.ALL, includeExecutionData: true },
  });
  return { stateMachine, logGroup };
}

/** One Standard workflow with everything on. */
export const whole = (stack: Stack): StatusNotificationsProps => ({ workflows: { orders: machine(stack, 'orders') } });
