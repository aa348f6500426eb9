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
  /** Delivered last. */
  readonly last: T | null;
  /** Came early: of the same epoch as `last`, ascending. */
  readonly parked: readonly T[];
  /** The furthest that any channel has shown, delivered or not. */
  readonly furthest: T | null;
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

/** A reader that has seen nothing. @param from `beginning` (seq 1), `latest` (the state as it is), or a cursor (S16). */
export const startSequence = <T extends Entry>(from: string): Sequence<T> => ({
  from,
  last: null,
  parked: [],
  furthest: null,
});

/** What to pull after; null: from the first update, or the latest state when the reader starts there. */
export const cursorOf = ({ last, from }: Sequence<Entry>): string | null =>
  last?.cursor ?? (from === 'beginning' || from === 'latest' ? null : from);

/**
 * The only function that decides what reaches the application. Pure, so that every interleaving can be tested.
 *
 * Whatever the channels repeat, reorder, lose or read stale: no update is delivered twice, none out of order, and none is
 * left out unless `skipped` says so.
 */
export function advance<T extends Entry>(sequence: Sequence<T>, frame: Frame<T>): Step<T> {
  const { last } = sequence;
  const updates = frame.type === 'page' ? frame.updates : [frame.update];
  const fresh = updates.filter((update) => !last || isAfter(update, last));
  const first = fresh[0];
  // A cursor tells its place to the service only: that nothing follows it says that what was pushed so far came before.
  const known = !last && frame.type === 'page' && frame.after === sequence.from && !first ? null : sequence.furthest;
  const furthest = fresh.reduce<T | null>((a, b) => (a && !isAfter(b, a) ? a : b), known);
  const seen = { ...sequence, furthest };
  // Nothing new; a snapshot older than `last` is a stale read.
  if (!first) return settle(seen, last, sequence.parked, [], false);

  if (frame.type === 'snapshot') return settle(seen, first, sequence.parked, [first], isHole(sequence, first));

  const base = last ?? anchor(sequence, frame);
  // A push before the first pull says that there is something, not what came before it.
  if (!base) return settle(seen, null, [], [], false);
  return settle(seen, base, [...sequence.parked, ...fresh], [], false);
}

/** Delivers what follows `base` without a gap and parks the rest of its epoch; a newer epoch has to come by pull. */
function settle<T extends Entry>(
  { from, last, furthest }: Sequence<T>,
  base: Pick<Entry, 'epoch' | 'seq'> | null,
  waiting: readonly T[],
  delivered: readonly T[],
  skipped: boolean,
): Step<T> {
  const deliver = [...delivered];
  const parked: T[] = [];
  let seq = base?.seq ?? 0;
  for (const update of waiting.filter(({ epoch }) => epoch === base?.epoch).sort((a, b) => a.seq - b.seq)) {
    if (update.seq === seq + 1) {
      deliver.push(update);
      seq = update.seq;
    } else if (update.seq > seq && update.seq !== parked.at(-1)?.seq) parked.push(update);
  }
  const reached = deliver.at(-1) ?? last;
  return {
    // The highest stay: they are the last that a pull will bring.
    sequence: { from, last: reached, parked: parked.slice(-maxParked), furthest },
    deliver,
    skipped,
    incomplete: furthest !== null && (!reached || isAfter(furthest, reached)),
  };
}

/** Where a reader without a position stands when its first page comes; null when the frame does not tell. */
function anchor<T extends Entry>(sequence: Sequence<T>, frame: Frame<T>): Pick<Entry, 'epoch' | 'seq'> | null {
  const first = frame.type === 'page' ? frame.updates[0] : undefined;
  if (frame.type !== 'page' || !first) return null;
  const follows = sequence.from === 'beginning' ? first.seq === 1 : frame.after === sequence.from;
  return follows ? { epoch: first.epoch, seq: first.seq - 1 } : null;
}

/** Whether a snapshot leaves something out that this reader asked for. */
function isHole({ last, from }: Sequence<Entry>, { epoch, seq }: Entry): boolean {
  if (last) return epoch !== last.epoch || seq !== last.seq + 1;
  return from === 'beginning' ? seq !== 1 : from !== 'latest';
}

const isAfter = (a: Entry, b: Entry): boolean => (a.epoch === b.epoch ? a.seq > b.seq : a.epoch > b.epoch);
