import type { Parsed } from '../facts.ts';
import { isName } from '../names.ts';
import { ignored, isMissing, quote, rejected } from './read.ts';

/** An execution's ARN, taken apart. */
export interface ExecutionArn {
  readonly executionArn: string;
  /** The state machine's name; without the label for a child of a Map Run. */
  readonly workflow: string;
  /** The execution's name. */
  readonly id: string;
  /** The state machine's ARN, without version or alias. */
  readonly machineArn: string;
  readonly region: string;
  /** Of the execution, and so of its state machine. */
  readonly account: string;
  /** Names of Express executions may repeat; their ARN ends in a UUID. */
  readonly express: boolean;
  /** A child of a distributed Map Run: `machine/label` in the ARN (S1). */
  readonly child: boolean;
}

const arnShape =
  /^arn:(?<partition>[a-z0-9-]+):states:(?<region>[^:]+):(?<account>[^:]+):(?<kind>execution|express):(?<machine>[^:/]+)(?<label>\/[^:]+)?:(?<id>[^:]+)(?<uuid>:[^:]+)?$/;

/**
 * What Step Functions does not allow in a name: white space, brackets, wildcards, special and control characters,
 * surrogates and the non-characters (StartExecution in the API reference).
 */
const forbidden = /[\s\p{Cc}\p{Cs}<>{}[\]?*"#%\\^|~`$&,;:/\ufffe\uffff\u{10ffff}]/u;

const isAllowed = (name: string | undefined): name is string =>
  name !== undefined && isName(name) && !forbidden.test(name);

/** A name that Step Functions takes and no reader could ask for (`isName`). */
const foldedAway = /:\.{1,2}(?::|$)/;

/** Takes an ARN apart; null when it is no execution's, or holds a name that is not taken (S1). */
export function parseExecutionArn(input: unknown): ExecutionArn | null {
  // 2,048 is far above any real one; it bounds the work on garbage.
  if (typeof input !== 'string' || input.length > 2_048) return null;
  const { partition, region, account, kind, machine, label, id, uuid } = arnShape.exec(input)?.groups ?? {};
  if (!isAllowed(machine) || !isAllowed(id)) return null;
  if (region === undefined || account === undefined) return null;
  const express = kind === 'express';
  const child = label !== undefined;
  if (!child && express !== (uuid !== undefined)) return null;
  return {
    executionArn: input,
    workflow: machine,
    id,
    machineArn: `arn:${partition}:states:${region}:${account}:stateMachine:${machine}`,
    region,
    account,
    express,
    child,
  };
}

/**
 * What does not fit between an envelope, which the carrier writes, and the execution that the sender names; null when all
 * fits. EventBridge writes account and region of whoever put the event, so nobody can speak for an execution of another
 * account. What the envelope lacks is passed over.
 */
export function envelopeFault(
  arn: ExecutionArn,
  envelope: { readonly account: unknown; readonly region?: unknown },
): string | null {
  for (const name of ['account', 'region'] as const) {
    const said = envelope[name];
    if (!isMissing(said) && said !== arn[name]) return `${name} ${quote(said)} is not that of ${arn.executionArn}`;
  }
  return null;
}

/** The execution that a source names, or the answer to give because there is none to keep (S1). */
export function locate(
  input: unknown,
  label: string,
): { readonly type: 'located'; readonly arn: ExecutionArn } | Parsed {
  const arn = parseExecutionArn(input);
  if (arn === null) {
    const isFolded = typeof input === 'string' && foldedAway.test(input);
    return rejected(
      isFolded
        ? `${label} ${quote(input)} has the name "." or "..", which no URL can hold`
        : `${label} ${quote(input)} is no ARN of an execution`,
    );
  }
  return arn.child ? ignored('map-run-child') : { type: 'located', arn };
}
