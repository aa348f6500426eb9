import { nextUpdate } from './append.ts';
import { type Effect, enter } from './book.ts';
import type { Update } from './contract.ts';
import { hasActiveContainer } from './derive.ts';
import type { ProjectedFact } from './facts.ts';
import type { Head, HeldFact, HoldReason } from './head.ts';
import { dueAt, holdReason, openLookAt, type Release } from './hold.ts';
import { fullDetailUpdates, maxUpdatesPerCommit, openAfterEndMs, retentionMs } from './limits.ts';
import { inOrder } from './order.ts';
import { isForgottenForGood, isGone, place } from './place.ts';
import type { LogKey } from './ports.ts';
import { adopt, openLog } from './run.ts';
import type { WorkflowRules } from './workflow-rules.ts';

/** What `reduce` must be told, because it has no clock and no randomness of its own. */
export interface ReduceContext {
  /** Epoch milliseconds. */
  readonly now: number;
  /** A new log's identity; must sort after `after`, the epoch of the log that it follows. */
  readonly newEpoch: (after: string | null) => string;
  readonly rules: Pick<WorkflowRules, 'owner' | 'nesting'>;
  /** @default 30 days (S4) */
  readonly retentionMs?: number;
  /** Hold reasons that nothing will settle any more: such facts count as they are (S15). @default none */
  readonly release?: Release;
  /** Drops what waits for an owner that cannot be found (S13); the caller has dead-lettered it. @default false */
  readonly abandonUnowned?: boolean;
  /** Makes open Standard executions due when nothing was heard of them for a while (G5). @default false */
  readonly lookAtOpen?: boolean;
}

/** What became of a fact. */
export type Outcome = Effect | 'held' | 'olderRun' | 'gone' | 'tooOld';

export interface Reduction {
  /** The very head given when nothing changed; null only if there was none and every fact was dropped. */
  readonly head: Head | null;
  /** In order; at most 99. What would exceed them is held as `backlog` and comes with the next call. */
  readonly updates: readonly Update[];
  /** Facts, those held before included, by what became of them. */
  readonly counts: Readonly<Record<Outcome, number>>;
}

/** The state of one call. */
interface Work {
  readonly key: LogKey;
  readonly context: ReduceContext;
  head: Head | null;
  readonly updates: Update[];
  readonly counts: Record<Outcome, number>;
  /** News that a long log shows only at the end of the batch (S9): when it happened. */
  deferred: number | null;
}

type Verdict = { readonly wait: HoldReason } | Outcome;

/** Takes facts about one execution into its log. Pure. Facts held before are tried again. */
export function reduce(
  key: LogKey,
  head: Head | null,
  facts: readonly ProjectedFact[],
  context: ReduceContext,
): Reduction {
  const counts = { news: 0, late: 0, duplicate: 0, held: 0, olderRun: 0, gone: 0, tooOld: 0 };
  const work: Work = { key, context, head, updates: [], counts, deferred: null };
  const held = (head?.held ?? []).filter((one) => !(context.abandonUnowned && one.reason === 'owner'));
  const since = new Map(held.map((one) => [JSON.stringify(one.fact), one.since]));
  const fresh = facts.filter((fact) => since.size === 0 || !since.has(JSON.stringify(fact)));
  counts.duplicate += facts.length - fresh.length;

  let queue = inOrder([...held.map((one) => one.fact), ...fresh], head?.book.begun ?? {});
  let waiting: readonly HeldFact[] = [];
  // A fact taken may free one that waited before it, so the rest is tried until nothing moves any more.
  for (let tried = -1; queue.length > 0 && queue.length !== tried; ) {
    tried = queue.length;
    waiting = pass(work, queue).map(({ fact, reason }) => ({
      fact,
      reason,
      since: since.get(JSON.stringify(fact)) ?? context.now,
    }));
    queue = waiting.map((one) => one.fact);
  }
  counts.held = waiting.length;
  appendDeferred(work);
  return { head: finish(work, head, waiting), updates: work.updates, counts };
}

/** Takes what can be taken, in order; answers what has to wait and why. */
function pass(work: Work, queue: readonly ProjectedFact[]): { fact: ProjectedFact; reason: HoldReason }[] {
  const waiting: { fact: ProjectedFact; reason: HoldReason }[] = [];
  for (const [index, fact] of queue.entries()) {
    const unowned = work.head?.tenant === null && waiting.length > 0;
    const placed = admit(work, fact);
    if (unowned && work.head?.tenant !== null) {
      // The owner became known: what waited for it has its turn first, in order of position (S13).
      return pass(work, [...waiting.map((one) => one.fact), ...queue.slice(index)]);
    }
    const verdict = placed ?? takeIn(work, fact);
    if (typeof verdict === 'object') waiting.push({ fact, reason: verdict.wait });
    else work.counts[verdict] += 1;
  }
  return waiting;
}

/** Finds the log that the fact belongs to and completes what is known of its run. null: the fact may go in. */
function admit(work: Work, fact: ProjectedFact): Verdict | null {
  const { head, context } = work;
  const { now, rules } = context;
  const placed = head && !isForgottenForGood(head, now) ? place(head, fact) : 'newer';
  if (placed === 'older') return head && isGone(head, now) ? 'gone' : 'olderRun';
  if (placed === 'unanswered') return { wait: 'start' };
  if (placed === 'same' && head) {
    if (isGone(head, now)) return 'gone';
    work.head = adopt(head, fact, rules.owner);
    return null;
  }
  if (endedLongAgo(fact, now)) return 'tooOld';
  appendDeferred(work);
  work.head = openLog(work.key, fact, head, rules.owner, context.newEpoch);
  return null;
}

const endedLongAgo = (fact: ProjectedFact, now: number): boolean =>
  fact.type === 'status' && fact.status !== 'RUNNING' && (fact.stopDate ?? fact.at) < now - openAfterEndMs;

/** Enters the fact into the book of its log and appends what it changes. */
function takeIn(work: Work, fact: ProjectedFact): Verdict {
  const { head, context } = work;
  if (!head) return 'gone';
  const reason = holdReason(head, fact, context.release ?? new Set());
  if (reason) return { wait: reason };
  if (work.updates.length >= maxUpdatesPerCommit) return { wait: 'backlog' };
  const { book, effect } = enter(head.book, fact);
  work.head = book === head.book ? head : { ...head, book };
  if (effect !== 'news') return effect;
  if (head.seq < fullDetailUpdates) append(work, fact.at);
  else if (fact.type !== 'state' || !hasActiveContainer(head.book) || !hasActiveContainer(book))
    work.deferred = fact.at;
  return effect;
}

function append(work: Work, occurredAt: number): void {
  if (!work.head) return;
  const update = nextUpdate(work.head, occurredAt, work.context.now, work.context.rules.nesting);
  if (!update) return;
  work.updates.push(update);
  work.head = { ...work.head, seq: update.seq, last: update };
}

function appendDeferred(work: Work): void {
  if (work.deferred !== null) append(work, work.deferred);
  work.deferred = null;
}

function finish(work: Work, before: Head | null, held: readonly HeldFact[]): Head | null {
  const { head, context } = work;
  if (!head) return null;
  const unchangedHold = JSON.stringify(held) === JSON.stringify(head.held);
  const look = context.lookAtOpen ? openLookAt(before, head, held, context.now) : null;
  const next: Head = {
    ...head,
    held: unchangedHold ? head.held : held,
    dueAt: dueAt(head, held, context.now) ?? look,
    expiresAt: expiry(head, context.retentionMs ?? retentionMs),
  };
  const same = before !== null && head === before && unchangedHold && next.dueAt === before.dueAt;
  return same ? before : { ...next, version: (before?.version ?? 0) + 1 };
}

/** An open execution never expires; a log expires some time after its last terminal update (S4). */
function expiry({ last }: Head, retention: number): number | null {
  return last?.done ? Date.parse(last.recordedAt) + retention : null;
}
