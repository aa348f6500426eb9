import type { ProjectedFact } from './facts.ts';
import type { Head, HeldFact, HoldReason } from './head.ts';
import { expressEndMs, giveUpAfterMs, looksMs, openLook } from './limits.ts';
import { isExpress } from './place.ts';

/** Hold reasons that are over although nothing settled them: DescribeExecution was impossible (S15). */
export type Release = ReadonlySet<'record' | 'output'>;

/** Why a fact of this head's run must wait; null: take it now. */
export function holdReason(head: Head, fact: ProjectedFact, release: Release): HoldReason | null {
  if (head.tenant === null) return 'owner';
  if (fact.type !== 'status' || fact.status === 'RUNNING' || fact.status === 'PENDING_REDRIVE') return null;
  if (isExpress(fact) || fact.source === 'assumed' || isSuperseded(head, fact.redriveCount)) return null;
  if (fact.source === 'record') return release.has('record') ? null : 'record';
  return fact.result.type === 'omitted' && !release.has('output') ? 'output' : null;
}

/** The status-change event of that attempt, or a later attempt, was already taken: nothing is left to wait for. */
function isSuperseded({ book }: Head, redriveCount: number): boolean {
  if (book.attempt === null || book.attempt < redriveCount) return false;
  return book.attempt > redriveCount || book.end?.source === 'event';
}

/** When held facts or an overdue end of an Express run (S5) need somebody's look; null: never. */
export function dueAt(head: Head, held: readonly HeldFact[], now: number): number | null {
  const times = held.map((one) => nextLook(one, now)).filter((at) => at !== null);
  const { run, book } = head;
  if (run?.express && book.attempt !== null && book.end === null && head.tenant !== null) {
    times.push(expressDeadline(head));
  }
  return times.length === 0 ? null : Math.min(...times);
}

/** How long an open Standard execution may be silent now; null where there is nothing to ask about (S13: nobody's yet). */
function silenceOf({ run, book, last }: Head, now: number): { readonly heard: number; readonly wait: number } | null {
  if (!run || run.express || book.attempt === null || last === null || last.done) return null;
  const heard = Date.parse(last.recordedAt);
  const age = now - (book.begun[book.attempt] ?? heard);
  return { heard, wait: Math.min(Math.max(age * openLook.ofAge, openLook.least), openLook.most) };
}

/** Has no source told of this open Standard execution for so long that Step Functions should be asked (G5)? */
export function isSilent(head: Head, now: number): boolean {
  const silence = silenceOf(head, now);
  return silence !== null && silence.heard + silence.wait <= now;
}

/**
 * When to look at an open Standard execution that nothing else makes due; null: never. A look that is set stays set
 * while news come, and is put off when its time has come: so news cost no index writes.
 *
 * @param before the head as it is stored
 */
export function openLookAt(before: Head | null, head: Head, held: readonly HeldFact[], now: number): number | null {
  const silence = silenceOf(head, now);
  if (!silence || held.length > 0) return null;
  const { heard, wait } = silence;
  const at = heard + wait > now ? heard + wait : now + wait;
  const set = before?.epoch === head.epoch && before.held.length === 0 ? before.dueAt : null;
  return set !== null && set > now && set < at ? set : at;
}

/** A clock that is set back by less only makes waits that much longer. */
const setBackMs = 1_000;

/**
 * How long to wait for a head's look, milliseconds. No longer than its rule ever asks: a look that lies further ahead was
 * set before the clock was set back. One for a fact that was held at a time yet to come is due.
 */
export function waitFor({ dueAt, held }: Head, now: number): number {
  if (dueAt === null) return Number.POSITIVE_INFINITY;
  if (held.some(({ since }) => since > now + setBackMs)) return 0;
  return Math.min(Math.max(0, dueAt - now), held.length > 0 ? giveUpAfterMs : Math.max(expressEndMs, openLook.most));
}

export const expressDeadline = (head: Head): number => (head.run?.startDate ?? head.run?.firstAt ?? 0) + expressEndMs;

function nextLook(held: HeldFact, now: number): number | null {
  if (held.reason === 'start') return null;
  if (held.reason === 'backlog') return now;
  const first = held.since + looksMs[held.reason][0];
  const next = looksMs[held.reason].map((after) => held.since + after).find((at) => at > now);
  // Held just now: the first look may be at once.
  return held.since === now ? first : (next ?? now + giveUpAfterMs);
}

/** Has the fact waited so long that nothing will settle it (S13)? */
export const isHopeless = (held: HeldFact, now: number): boolean => now - held.since >= giveUpAfterMs;
