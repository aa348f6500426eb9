import { emptyBook } from './book.ts';
import type { ProjectedFact } from './facts.ts';
import type { Head, Run } from './head.ts';
import { maxFormerRuns } from './limits.ts';
import { isExpress } from './place.ts';
import type { LogKey } from './ports.ts';
import type { WorkflowRules } from './workflow-rules.ts';

/** An empty log for the fact's run; takes the place of `former`, the head of an earlier run of that name (S2). */
export function openLog(
  key: LogKey,
  fact: ProjectedFact,
  former: Head | null,
  owner: WorkflowRules['owner'],
  newEpoch: (after: string | null) => string,
): Head {
  const express = former?.run?.express ? [former.run.executionArn] : [];
  return {
    ...key,
    version: former?.version ?? 0,
    tenant: tenantOf(fact, owner),
    epoch: newEpoch(former?.epoch ?? null),
    seq: 0,
    last: null,
    run: runOf(fact),
    book: emptyBook,
    held: [],
    formerRuns: [...(former?.formerRuns ?? []), ...express].slice(-maxFormerRuns),
    dueAt: null,
    expiresAt: null,
    goneUntil: null,
  };
}

/** Completes what is known of the run and its owner from another fact of it. The very head given when it adds nothing. */
export function adopt(head: Head, fact: ProjectedFact, owner: WorkflowRules['owner']): Head {
  const run = mergeRun(head.run, runOf(fact));
  const tenant = head.tenant ?? tenantOf(fact, owner);
  return run === head.run && tenant === head.tenant ? head : { ...head, run, tenant };
}

function tenantOf(fact: ProjectedFact, owner: WorkflowRules['owner']): string | null {
  if (fact.type === 'intake') return fact.tenant;
  if ('tenant' in owner) return owner.tenant;
  return fact.type === 'status' ? fact.tenant : null;
}

function runOf(fact: ProjectedFact): Run | null {
  if (fact.type === 'intake' || fact.executionArn === null) return null;
  const { executionArn, startDate, at } = fact;
  return { executionArn, express: isExpress(fact), startDate, firstAt: Math.min(startDate ?? at, at) };
}

function mergeRun(known: Run | null, told: Run | null): Run | null {
  if (!known || !told) return known ?? told;
  const startDate =
    known.startDate === null || told.startDate === null
      ? (known.startDate ?? told.startDate)
      : Math.min(known.startDate, told.startDate);
  const firstAt = Math.min(known.firstAt, told.firstAt);
  return startDate === known.startDate && firstAt === known.firstAt ? known : { ...known, startDate, firstAt };
}
