import { attemptAt, compareProgress } from './book.ts';
import type { ProgressFact, ProjectedFact } from './facts.ts';
import type { Book } from './head.ts';
import { beforeStartMs, sameRunWithinMs } from './limits.ts';
import { isExpress } from './place.ts';

/**
 * A batch in order of position (S5, S9): runs by age; in a run the intake, then per attempt RUNNING, states by history
 * id with each progress before the first later state, the end, PENDING_REDRIVE.
 */
export function inOrder(facts: readonly ProjectedFact[], begun: Book['begun']): readonly ProjectedFact[] {
  if (facts.length < 2) return facts;
  return byRun(facts).flatMap((run) => inRun(run, begun));
}

interface RunGroup {
  readonly name: string;
  readonly start: number;
  readonly facts: ProjectedFact[];
}

function byRun(facts: readonly ProjectedFact[]): readonly (readonly ProjectedFact[])[] {
  const groups: RunGroup[] = [];
  const add = (name: string, start: number, fact: ProjectedFact, within = 0): void => {
    const group = groups.find((known) => known.name === name && Math.abs(known.start - start) <= within);
    if (group) group.facts.push(fact);
    else groups.push({ name, start, facts: [fact] });
  };
  const express = facts.filter(isExpress);
  for (const fact of express) {
    const first = Math.min(...express.filter((one) => one.executionArn === fact.executionArn).map((one) => one.at));
    add(fact.executionArn ?? '', first, fact);
  }
  const standard = facts.filter((fact) => !isExpress(fact));
  const dated = standard.filter((fact) => fact.startDate !== null);
  for (const fact of dated.sort((a, b) => (a.startDate ?? 0) - (b.startDate ?? 0))) {
    add('standard', fact.startDate ?? 0, fact, sameRunWithinMs - 1);
  }
  const starts = groups.filter((group) => group.name === 'standard').map((group) => group.start);
  for (const fact of standard.filter((one) => one.startDate === null)) {
    if (fact.type === 'intake') add('intake', -Infinity, fact);
    else {
      // Without a startDate: the newest run that had begun by then (S3); before all of them, a run of its own.
      const start = starts.filter((from) => from - beforeStartMs <= fact.at).at(-1);
      if (start === undefined) add('unknown', starts.length > 0 ? -1 : 0, fact);
      else add('standard', start, fact);
    }
  }
  return groups.sort((a, b) => (a.start === b.start ? 0 : a.start - b.start)).map((group) => group.facts);
}

const ranks = { RUNNING: 0, PENDING_REDRIVE: 3 } as const;

/** Attempt, then RUNNING < states < end < PENDING_REDRIVE, then history id, the stronger source first. */
function positionOf(fact: Exclude<ProjectedFact, ProgressFact>): readonly [number, number, number] {
  if (fact.type === 'intake') return [fact.intakeAttempt, fact.status === 'PENDING' ? 0 : 1, 0];
  if (fact.type === 'state') return [fact.redriveCount, 1, fact.historyId];
  const rank = fact.status === 'RUNNING' || fact.status === 'PENDING_REDRIVE' ? ranks[fact.status] : 2;
  return [fact.redriveCount, rank, fact.binds || fact.source === 'event' ? 0 : 1];
}

function inRun(facts: readonly ProjectedFact[], known: Book['begun']): readonly ProjectedFact[] {
  const placed: ProjectedFact[] = facts
    .filter((fact) => fact.type !== 'progress')
    .map((fact) => ({ fact, position: positionOf(fact) }))
    .sort((a, b) => compare(a.position, b.position))
    .map(({ fact }) => fact);
  const reports = facts.filter((fact) => fact.type === 'progress');
  const begun = { ...known };
  for (const fact of facts) {
    if (fact.type !== 'status' && fact.type !== 'state') continue;
    begun[fact.redriveCount] = Math.min(begun[fact.redriveCount] ?? Infinity, fact.at);
  }
  // Ascending, so that each report is put in front of the states after it and behind the reports before it.
  for (const report of reports.sort(compareProgress)) {
    placed.splice(whereTo(placed, report, report.redriveCount ?? attemptAt(begun, report.at)), 0, report);
  }
  return placed;
}

function whereTo(placed: readonly ProjectedFact[], report: ProgressFact, attempt: number): number {
  const behind = placed.findIndex((fact) => {
    if (fact.type === 'intake' || fact.type === 'progress') return false;
    if (fact.redriveCount !== attempt) return fact.redriveCount > attempt;
    if (fact.type === 'state') return fact.at > report.at;
    return fact.status !== 'RUNNING';
  });
  return behind === -1 ? placed.length : behind;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? 0;
    if (left !== right) return left - right;
  }
  return 0;
}
