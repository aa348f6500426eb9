import type { Parsed } from '../facts.ts';
import { ignored, quote, rejected } from './read.ts';

/** An execution's ARN, taken apart. */
export interface ExecutionArn {
  readonly executionArn: string;
  /** The state machine's name; without the label for a child of a Map Run. */
  readonly workflow: string;
  /** The execution's name. */
  readonly id: string;
  /** The state machine's ARN, without version or alias. */
  readonly machineArn: string;
  /** Names of Express executions may repeat; their ARN ends in a UUID. */
  readonly express: boolean;
  /** A child of a distributed Map Run: `machine/label` in the ARN (S1). */
  readonly child: boolean;
}

const arnShape =
  /^arn:(?<partition>[a-z0-9-]+):states:(?<region>[^:]+):(?<account>[^:]+):(?<kind>execution|express):(?<machine>[^:/]+)(?<label>\/[^:]+)?:(?<id>[^:]+)(?<uuid>:[^:]+)?$/;

/**
 * What Step Functions allows in a name: 1 to 80 characters, without white space, brackets, wildcards, special and control
 * characters, surrogates and the non-characters (StartExecution in the API reference).
 */
const nameShape = /^[^\s\p{Cc}\p{Cs}<>{}[\]?*"#%\\^|~`$&,;:/\ufffe\uffff\u{10ffff}]{1,80}$/u;

/** Takes an ARN apart; null when it is no execution's, or holds a name that Step Functions does not allow. */
export function parseExecutionArn(input: unknown): ExecutionArn | null {
  // 2,048 is far above any real one; it bounds the work on garbage.
  if (typeof input !== 'string' || input.length > 2_048) return null;
  const { partition, region, account, kind, machine, label, id, uuid } = arnShape.exec(input)?.groups ?? {};
  if (machine === undefined || id === undefined || !nameShape.test(machine) || !nameShape.test(id)) return null;
  const express = kind === 'express';
  const child = label !== undefined;
  if (!child && express !== (uuid !== undefined)) return null;
  return {
    executionArn: input,
    workflow: machine,
    id,
    machineArn: `arn:${partition}:states:${region}:${account}:stateMachine:${machine}`,
    express,
    child,
  };
}

/** The execution that a source names, or the answer to give because there is none to keep (S1). */
export function locate(
  input: unknown,
  label: string,
): { readonly type: 'located'; readonly arn: ExecutionArn } | Parsed {
  const arn = parseExecutionArn(input);
  if (arn === null) return rejected(`${label} ${quote(input)} is no ARN of an execution`);
  return arn.child ? ignored('map-run-child') : { type: 'located', arn };
}
