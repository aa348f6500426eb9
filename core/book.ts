import type { IntakeFact, ProgressFact, ProjectedFact, ProjectedStatusFact, Result, StateFact } from './facts.ts';
import type { Book, End, RankedProgress } from './head.ts';
import { addId, hasId } from './id-ranges.ts';

/** What a fact did to the book. Only `news` may append an update (S7). */
export type Effect = 'news' | 'late' | 'duplicate';

export interface Entry {
  readonly book: Book;
  readonly effect: Effect;
}

export const emptyBook: Book = {
  intake: null,
  attempt: null,
  begun: {},
  end: null,
  pendingRedriveAt: null,
  state: null,
  net: {},
  containers: [],
  seen: [],
  progress: null,
};

/**
 * Enters a fact of this run. Commutative and idempotent for all that one run can produce (S10): each part of the book is
 * a maximum, a minimum, or a set.
 */
export function enter(book: Book, fact: ProjectedFact): Entry {
  switch (fact.type) {
    case 'intake':
      return enterIntake(book, fact);
    case 'status':
      return enterStatus(book, fact);
    case 'state':
      return enterState(book, fact);
    case 'progress':
      return enterProgress(book, fact);
  }
}

/** The attempt that a time falls into: the last one begun by then, in whole seconds (S11). */
export function attemptAt(begun: Book['begun'], at: number): number {
  const second = Math.floor(at / 1000);
  let found = 0;
  for (const [attempt, from] of Object.entries(begun)) {
    if (Math.floor(from / 1000) <= second) found = Math.max(found, Number(attempt));
  }
  return found;
}

function enterIntake(book: Book, fact: IntakeFact): Entry {
  const known = book.intake?.attempt ?? 0;
  if (book.attempt !== null || fact.intakeAttempt < known) return { book, effect: 'late' };
  const failure = fact.status === 'FAILED' ? { at: fact.at, reason: fact.reason } : null;
  if (fact.intakeAttempt === known && (!failure || book.intake?.failure)) return { book, effect: 'duplicate' };
  return { book: { ...book, intake: { attempt: fact.intakeAttempt, failure } }, effect: 'news' };
}

function enterStatus(book: Book, fact: ProjectedStatusFact): Entry {
  const start = fact.redriveCount === 0 ? (fact.startDate ?? fact.at) : fact.at;
  const current = begin(book, fact.redriveCount, Math.min(start, fact.at));
  if (current.attempt !== fact.redriveCount) return { book: current, effect: 'late' };
  const next = fact.status === 'RUNNING' ? current : enterEnd(current, fact);
  if (next === book) return { book, effect: 'duplicate' };
  const late = book.attempt === fact.redriveCount && ended(book) && next.end === book.end;
  return { book: next, effect: late && next.pendingRedriveAt === book.pendingRedriveAt ? 'late' : 'news' };
}

function enterEnd(book: Book, fact: ProjectedStatusFact): Book {
  if (fact.status === 'PENDING_REDRIVE') {
    const known = book.pendingRedriveAt;
    return known !== null && known <= fact.at ? book : { ...book, pendingRedriveAt: fact.at };
  }
  if (fact.status === 'RUNNING') return book;
  const end: End = {
    status: fact.status,
    source: fact.source,
    at: fact.stopDate ?? fact.at,
    result: fact.result,
    error: fact.errorName === null && fact.cause === null ? null : { name: fact.errorName, cause: fact.cause },
  };
  const next = book.end ? stronger(book.end, end) : end;
  return JSON.stringify(next) === JSON.stringify(book.end) ? book : { ...book, end: next };
}

const strength = { assumed: 0, record: 1, event: 2 } as const;
const completeness = { none: 0, omitted: 1, value: 2 } as const;

/** Within an attempt the first terminal stays (S5), unless a better source speaks or completes the same word. */
function stronger(known: End, told: End): End {
  if (strength[told.source] !== strength[known.source]) {
    return strength[told.source] > strength[known.source] ? told : known;
  }
  if (told.status !== known.status) return known;
  return {
    ...known,
    at: Math.min(known.at, told.at),
    result: fuller(known.result, told.result),
    error: known.error ?? told.error,
  };
}

const fuller = (known: Result, told: Result): Result =>
  completeness[told.type] > completeness[known.type] ? told : known;

function enterState(book: Book, fact: StateFact): Entry {
  const current = begin(book, fact.redriveCount, fact.at);
  const withState = fact.change === 'entered' ? latestState(current, fact) : current;
  if (current.attempt !== fact.redriveCount) return { book: withState, effect: 'late' };
  if (hasId(current.seen, fact.historyId)) return { book, effect: 'duplicate' };
  const next: Book = {
    ...withState,
    seen: addId(current.seen, fact.historyId),
    net: fact.stateType === 'fail' ? current.net : count(current.net, fact.state, fact.change === 'entered' ? 1 : -1),
    containers:
      fact.stateType === 'container' && !current.containers.includes(fact.state)
        ? [...current.containers, fact.state].sort()
        : current.containers,
  };
  return { book: next, effect: ended(book) && book.attempt === fact.redriveCount ? 'late' : 'news' };
}

function latestState(book: Book, fact: StateFact): Book {
  const known = book.state;
  const later =
    !known ||
    fact.redriveCount > known.attempt ||
    (fact.redriveCount === known.attempt && fact.historyId > known.historyId);
  if (!later) return book;
  return { ...book, state: { attempt: fact.redriveCount, historyId: fact.historyId, name: fact.state } };
}

function count(net: Book['net'], state: string, by: 1 | -1): Book['net'] {
  const sum = (Object.hasOwn(net, state) ? (net[state] ?? 0) : 0) + by;
  if (sum !== 0) return { ...net, [state]: sum };
  // Not by taking the others apart, which takes ten times as long where there are thousands of names.
  const others: { [name: string]: number } = { ...net };
  delete others[state];
  return others;
}

function enterProgress(book: Book, fact: ProgressFact): Entry {
  const attempt = fact.redriveCount ?? attemptAt(book.begun, fact.at);
  const current = book.attempt !== null && book.attempt >= attempt ? book : reset(book, attempt);
  if (current.attempt !== attempt) return { book, effect: 'late' };
  const told: RankedProgress = {
    value: { percent: fact.percent, message: fact.message },
    sequence: fact.sequence,
    at: fact.at,
    eventId: fact.eventId,
  };
  const rank = current.progress ? compareProgress(told, current.progress) : 1;
  if (rank <= 0) return { book, effect: rank === 0 ? 'duplicate' : 'late' };
  return { book: { ...current, progress: told }, effect: ended(current) ? 'late' : 'news' };
}

type Rank = Pick<RankedProgress, 'sequence' | 'at' | 'eventId'>;

/** An event with a sequence outranks those without; then sequence, then time, then event id (S11). */
export function compareProgress(a: Rank, b: Rank): number {
  const bySequence = (a.sequence ?? -Infinity) - (b.sequence ?? -Infinity);
  if (a.sequence !== b.sequence && bySequence !== 0) return bySequence;
  if (a.at !== b.at) return a.at - b.at;
  return a.eventId === b.eventId ? 0 : a.eventId < b.eventId ? -1 : 1;
}

export const ended = (book: Book): boolean => book.end !== null || book.pendingRedriveAt !== null;

/** Makes `attempt` the current one if it is later than what is known, and remembers when it began. */
function begin(book: Book, attempt: number, at: number): Book {
  const later = book.attempt === null || attempt > book.attempt ? reset(book, attempt) : book;
  const known = later.begun[attempt];
  if (known !== undefined && known <= at) return later;
  return { ...later, begun: { ...later.begun, [attempt]: at } };
}

/** A new attempt forgets all of the one before but the state (S6). */
function reset(book: Book, attempt: number): Book {
  return { ...emptyBook, intake: book.intake, begun: book.begun, state: book.state, attempt };
}
