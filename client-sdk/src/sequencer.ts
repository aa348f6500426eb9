/** A place in one execution's log, and the opaque form the service takes as `after`. */
export interface Entry {
  /** Identity of the log. Sorts by age: a later epoch is a newer run, or a rebuilt log. */
  readonly epoch: string;
  /** 1, 2, 3 … within the epoch. */
  readonly seq: number;
  readonly cursor: string;
}

/** What any channel may hand over, in any order, any number of times, several channels at once. */
export type Frame<T extends Entry> =
  /** One update, pushed. */
  | { readonly type: 'update'; readonly update: T }
  /** What the log holds after `after` (null: from its first update), contiguous. */
  | { readonly type: 'page'; readonly after: string | null; readonly updates: readonly T[] }
  /** The latest update, whole, because the log could not be continued from where we stand. */
  | { readonly type: 'snapshot'; readonly update: T };

/** Where a reader stands. Immutable. */
export interface Sequence<T extends Entry> {
  /** Where it began: `beginning`, `latest`, or a cursor. */
  readonly from: string;
  /** Delivered last; also an update that was known before, which nobody wants again. */
  readonly last: T | null;
  /** Came early: after `last`, ascending. */
  readonly parked: readonly T[];
  /** What was parked furthest when a page had nothing to say about it. */
  readonly doubted: T | null;
}

/** What one frame changed. */
export interface Step<T extends Entry> {
  readonly sequence: Sequence<T>;
  /** In order, each exactly once. */
  readonly deliver: readonly T[];
  /** `deliver[0]` does not follow what was delivered before it: it is a whole state, and what lay between is gone. */
  readonly skipped: boolean;
  /** The log holds more than was delivered: pull from `cursorOf(sequence)`. */
  readonly incomplete: boolean;
}

/** More early updates than this are not kept: the pull that a gap asks for brings them anyway. */
export const maxParked = 256;

/**
 * A reader that has seen nothing but `last`.
 * @param from `beginning` (seq 1), `latest` (the state as it is), or a cursor (S16); no matter when there is a `last`.
 */
export const startSequence = <T extends Entry>(from: string, last: T | null = null): Sequence<T> => ({
  from,
  last,
  parked: [],
  doubted: null,
});

/** What to pull after; null: from the first update, or the latest state when the reader starts there. */
export const cursorOf = ({ last, from }: Sequence<Entry>): string | null =>
  last?.cursor ?? (from === 'beginning' || from === 'latest' ? null : from);

type Place = Pick<Entry, 'epoch' | 'seq'>;

const isAfter = (a: Entry, b: Place | null): boolean => !b || (a.epoch === b.epoch ? a.seq > b.seq : a.epoch > b.epoch);

const follows = (a: Entry, b: Place | null): boolean => b?.epoch === a.epoch && b.seq + 1 === a.seq;

/**
 * The only function that decides what reaches the application. Pure, so that every interleaving can be tested.
 *
 * Whatever the channels repeat, reorder, lose or read stale: no update is delivered twice, none out of order, and none is
 * left out unless `skipped` says so.
 */
export function advance<T extends Entry>({ from, last, parked, doubted }: Sequence<T>, frame: Frame<T>): Step<T> {
  const updates = frame.type === 'page' ? frame.updates : [frame.update];
  const deliver: T[] = [];
  let waiting = [...parked, ...updates];
  let skipped = false;
  let reached: Place | null = last;

  if (frame.type === 'snapshot') {
    // One that is older than `last` is a stale read. Any other is a whole state, so it needs nothing before it.
    const { update } = frame;
    if (isAfter(update, last)) {
      skipped = last ? !follows(update, last) : from === 'beginning' ? update.seq !== 1 : from !== 'latest';
      reached = update;
      deliver.push(update);
    }
  } else if (frame.type === 'page' && !last) {
    const [first] = updates;
    if (first) {
      if (from === 'beginning' ? first.seq === 1 : frame.after === from) reached = { ...first, seq: first.seq - 1 };
    } else if (frame.after === from) {
      // A cursor tells its place to the service only. That nothing follows it says that what was pushed came before it, if
      // it was there already when the page was asked for: as it was if an earlier page said the same.
      const furthest = parked.at(-1) ?? null;
      if (furthest === doubted) waiting = [];
      doubted = furthest;
    }
  }

  const rest: T[] = [];
  for (const update of waiting.sort((a, b) => (isAfter(a, b) ? 1 : -1))) {
    if (!isAfter(update, rest.at(-1) ?? reached)) continue;
    // A push before the first pull says that there is something, not what came before it; of a newer log it is the same.
    if (follows(update, reached)) {
      reached = update;
      deliver.push(update);
    } else rest.push(update);
  }
  return {
    // The highest stay: they are the last that a pull will bring.
    sequence: { from, last: deliver.at(-1) ?? last, parked: rest.slice(-maxParked), doubted },
    deliver,
    skipped,
    incomplete: rest.length > 0,
  };
}
