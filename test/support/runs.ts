/**
 * Runs as Step Functions makes them: a random workflow, executed by a random interleaving, told by all of its sources.
 * Parsed by the service's own parsers, so that properties hold for what really comes in.
 */

import fc from 'fast-check';
import type { Json, Progress } from '../../core/contract.ts';
import type { Fact, TerminalStatus } from '../../core/facts.ts';
import { nestingOf } from '../../core/nesting.ts';
import { parseEventBridge } from '../../core/sources/event-bridge.ts';
import { parseHistoryRecord } from '../../core/sources/history-record.ts';
import { expressArn, startDate } from './aws-shapes.ts';
import { chooser, execute, outputText, type RunPlan } from './run-attempts.ts';
import { rankedProgress, type Sent, sendAll } from './run-sources.ts';
import { arbitraryTree, definitionOf } from './run-tree.ts';

/** What is asked of a run; everything absent is left to chance or to the default. */
export interface RunOptions {
  /** Default `orders`. */
  readonly workflow?: string;
  /** Default `order-1042`. */
  readonly id?: string;
  /** An Express execution: history records are its only source, and it cannot be redriven. Default false. */
  readonly express?: boolean;
  /** UUID in an Express ARN; another one is another run (S2). */
  readonly uuid?: string;
  /** Epoch milliseconds; default 2026-01-01T12:00:00.123Z. */
  readonly startDate?: number;
  /** At most so many redrives. Default 2. */
  readonly redrives?: number;
  /** JSON text. Default `{"tenant":"acme"}`. */
  readonly input?: string;
}

/** One thing a source sent, in true order, with the facts that its parser made of it (often none). */
export interface RunStep {
  readonly source: unknown;
  readonly facts: readonly Fact[];
  /**
   * Names of the states that are really active after it, sorted. Empty once the end is told, which for a Standard run the
   * status-change event does: where its history record comes first, the set is still the one before (S15).
   */
  readonly active: readonly string[];
}

/** One run, and what everybody must believe of it once all is known. */
export interface GeneratedRun {
  readonly steps: readonly RunStep[];
  /** Raw events and records, in true order. */
  readonly sources: readonly unknown[];
  /** In true order. */
  readonly facts: readonly Fact[];
  readonly expected: {
    readonly status: TerminalStatus;
    /** Whole, before any projection; null unless SUCCEEDED. */
    readonly output: Json;
    /** An Express run logged without execution data: it has an output that no source tells. */
    readonly outputOmitted: boolean;
    readonly errorName: string | null;
    readonly cause: string | null;
    /** `redriveCount` at the end. */
    readonly finalAttempt: number;
    /** How each attempt ended, in order. */
    readonly ends: readonly TerminalStatus[];
    /** The state entered last; null when none was. */
    readonly state: string | null;
    /** The highest ranked report of the last attempt (S11). */
    readonly progress: Progress | null;
    /** The true set of active states after each entry of `facts`. */
    readonly activeAfter: readonly (readonly string[])[];
    /**
     * The history shows every state's end, so `activeStates` is right without the definition too. Otherwise a failed
     * container left states without a record, and only `nesting` tells (S8).
     */
    readonly exactWithoutNesting: boolean;
  };
  /** How the workflow's states nest, for `WorkflowRules.nesting`. */
  readonly nesting: { readonly [state: string]: readonly string[] };
  /** The workflow as ASL, as far as nesting goes. */
  readonly definition: object;
}

function parse(sent: Sent): RunStep {
  const parsed = sent.type === 'event' ? parseEventBridge(sent.source) : parseHistoryRecord(sent.source);
  if (parsed.type === 'rejected') throw new Error(`a real source was rejected: ${parsed.reason}`);
  return { source: sent.source, facts: parsed.type === 'facts' ? parsed.facts : [], active: sent.active };
}

interface Chances extends RunPlan {
  readonly executionData: boolean;
  readonly sourceChoices: readonly number[];
}

function build(chances: Chances, options: RunOptions): GeneratedRun {
  const { workflow = 'orders', id = 'order-1042', express = false, input = '{"tenant":"acme"}' } = options;
  const history = execute(chances, chooser(chances.choices), input);
  const last = history.attempts.at(-1);
  if (last === undefined) throw new Error('a run has at least one attempt');
  const naming = { workflow, id, startDate: chances.startDate, input, executionData: chances.executionData };
  const sent = sendAll(
    history.attempts,
    express ? { ...naming, expressArn: expressArn(workflow, id, options.uuid) } : naming,
    chooser(chances.sourceChoices),
  );
  const steps = sent.map(parse);
  const definition = definitionOf(chances.tree);
  const succeeded = last.status === 'SUCCEEDED';
  const outputOmitted = succeeded && express && !chances.executionData;
  return {
    steps,
    sources: steps.map((step) => step.source),
    facts: steps.flatMap((step) => step.facts),
    expected: {
      status: last.status,
      output: succeeded && !outputOmitted ? JSON.parse(outputText) : null,
      outputOmitted,
      errorName: last.failure.error,
      cause: last.failure.cause,
      finalAttempt: last.number,
      ends: history.attempts.map((attempt) => attempt.status),
      state: history.state,
      progress: rankedProgress(sent, last.number),
      activeAfter: steps.flatMap((step) => step.facts.map(() => step.active)),
      exactWithoutNesting: !history.leftBehind,
    },
    nesting: nestingOf(definition) ?? {},
    definition,
  };
}

const choices = fc.array(fc.nat(60), { minLength: 1, maxLength: 40 });

/** A whole run, ended. Parallel, Map, Retry, Catch, Fail, abort, time-out and redrive come in all mixtures. */
export function arbitraryRun(options: RunOptions = {}): fc.Arbitrary<GeneratedRun> {
  const express = options.express ?? false;
  const stop = fc.record({
    after: fc.nat(25),
    status: express ? fc.constant('TIMED_OUT' as const) : fc.constantFrom('ABORTED' as const, 'TIMED_OUT' as const),
  });
  return fc
    .record({
      tree: arbitraryTree,
      choices,
      sourceChoices: choices,
      redrives: express ? fc.constant(0) : fc.nat(options.redrives ?? 2),
      idsRestart: express ? fc.constant(false) : fc.boolean(),
      stops: fc.array(fc.option(stop, { freq: 2 }), { maxLength: 3 }),
      startDate: fc.constant(options.startDate ?? startDate),
      executionData: fc.boolean(),
    })
    .map((chances) => build(chances, options));
}
