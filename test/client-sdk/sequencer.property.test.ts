import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, cursorOf, type Entry, type Frame, maxParked, startSequence } from '../../client-sdk/src/sequencer.ts';

/** What the channels do, in any order. Numbers choose among what exists at that moment. */
type Event =
  | { readonly type: 'append' }
  /** Any committed update, from any channel: early, late, repeated; what is never pushed was lost. */
  | { readonly type: 'push'; readonly pick: number; readonly recent: boolean }
  /** `stale`: the answer of an older time. */
  | { readonly type: 'pull'; readonly stale: number | null };

interface Scenario {
  readonly from: 'beginning' | 'latest' | 'cursor';
  readonly start: number;
  readonly first: number;
  /** Length of the log that replaces the first; 0: none does. */
  readonly second: number;
  readonly trimmed: number;
  readonly events: readonly Event[];
}

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ type: 'append' as const }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('push' as const), pick: fc.nat(30), recent: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('pull' as const), stale: fc.option(fc.nat(30)) }) },
);
const scenario: fc.Arbitrary<Scenario> = fc.record({
  from: fc.constantFrom('beginning', 'beginning', 'latest', 'cursor'),
  start: fc.nat(10),
  first: fc.integer({ min: 1, max: 25 }),
  second: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 1, max: 12 })),
  trimmed: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(20)),
  events: fc.array(event, { maxLength: 80 }),
});

const log = (epoch: string, length: number): Entry[] =>
  Array.from({ length }, (_, index) => ({ epoch, seq: index + 1, cursor: `${epoch}${index + 1}` }));

const isAfter = (a: Entry, b: Entry) => (a.epoch === b.epoch ? a.seq > b.seq : a.epoch > b.epoch);

/** Plays a scenario against a model of the service; throws at the first broken promise. */
function play({ from, start, first, second, trimmed, events }: Scenario) {
  const older = log('A', first);
  const newer = log('B', second);
  const all = [...older, ...newer];
  const begin = from === 'cursor' ? (older[Math.min(start, first - 1)] as Entry).cursor : from;
  let sequence = startSequence<Entry>(begin);
  let head = 0;
  let shown: Entry | null = null;
  let doubted: Entry | null = null;
  let before: Entry | null = from === 'cursor' ? (older.find(({ cursor }) => cursor === begin) ?? null) : null;
  let skips = 0;

  const take = (frame: Frame<Entry>) => {
    const step = advance(sequence, frame);
    sequence = step.sequence;
    for (const [index, entry] of step.deliver.entries()) {
      const skipped = index === 0 && step.skipped;
      if (before && !isAfter(entry, before)) throw new Error('DUPLICATE OR BACKWARDS');
      const follows = before ? entry.epoch === before.epoch && entry.seq === before.seq + 1 : entry.seq === 1;
      const anywhere = !before && from === 'latest';
      if (!follows && !skipped && !anywhere) throw new Error('SILENT GAP');
      if (skipped && follows) throw new Error('NEEDLESS SKIP: it follows');
      if (skipped) skips++;
      before = entry;
    }
    for (const entry of frame.type === 'page' ? frame.updates : [frame.update]) {
      if (!shown || isAfter(entry, shown)) shown = entry;
    }
    // An opaque cursor that nothing follows, said twice about the same: what was shown so far lies before it.
    if (from === 'cursor' && !sequence.last && frame.type === 'page' && frame.updates.length === 0) {
      const furthest: Entry | null = shown;
      if (furthest === doubted) shown = null;
      doubted = furthest;
    }
    const behind = shown !== null && (!sequence.last || isAfter(shown, sequence.last));
    if (behind !== step.incomplete) throw new Error(behind ? 'GAP NOT REPORTED' : 'GAP INVENTED');
    for (const [index, entry] of sequence.parked.entries()) {
      const previous = sequence.parked[index - 1] ?? sequence.last;
      if (previous && !isAfter(entry, previous)) throw new Error('PARKED BEHIND OR OUT OF ORDER');
    }
  };

  const pull = (at: number) => {
    const latest = all[at] as Entry;
    const after = cursorOf(sequence);
    const position = all.find(({ cursor }) => cursor === after);
    if (after === null && from === 'latest') return take({ type: 'snapshot', update: latest });
    const cut = latest.epoch === 'A' ? Math.min(trimmed, latest.seq - 1) : 0;
    const foreign = position && (position.epoch !== latest.epoch || position.seq > latest.seq);
    if (foreign || (position?.seq ?? 0) < cut) return take({ type: 'snapshot', update: latest });
    const updates = all.filter(
      ({ epoch, seq }) => epoch === latest.epoch && seq > (position?.seq ?? 0) && seq <= latest.seq,
    );
    return take({ type: 'page', after, updates });
  };

  // A cursor handed out is one of an update that was committed.
  const handedOut = all.findIndex(({ cursor }) => cursor === begin);
  head = Math.max(head, handedOut);
  for (const each of events) {
    if (each.type === 'append') head = Math.min(head + 1, all.length - 1);
    else if (each.type === 'push') {
      const index = each.recent ? Math.max(0, head - (each.pick % 6)) : each.pick % (head + 1);
      take({ type: 'update', update: all[index] as Entry });
    } else {
      // What a reader got its cursor from, it has seen: before its first answer nothing could tell a read from before that.
      const floor = sequence.last ? 0 : Math.max(0, handedOut);
      pull(each.stale === null ? head : Math.max(floor, each.stale % (head + 1)));
    }
  }
  head = all.length - 1;
  pull(head);
  // An exact read at the end finds everything; one more, if the first had to jump to a newer log.
  if (cursorOf(sequence) !== all[head]?.cursor) throw new Error('LOST TAIL');
  if (second === 0 && trimmed === 0 && skips > 0) throw new Error('NEEDLESS SKIP');
  return { skips };
}

describe('sequencer', () => {
  test('S16: whatever two channels repeat, reorder, lose or read stale, each update comes once, in order, without a silent gap', () => {
    let skips = 0;
    fc.assert(
      fc.property(scenario, (each) => {
        skips += play(each).skips;
      }),
      { numRuns: 8_000, seed: 20261120 },
    );
    expect(skips).toBeGreaterThan(100);
  });

  test('frames are taken without being changed, and the sequence given stays as it was', () => {
    const before = Object.freeze({
      ...startSequence<Entry>('beginning'),
      parked: Object.freeze([]) as readonly Entry[],
    });
    const updates = Object.freeze(log('A', 3).reverse()) as readonly Entry[];
    const page = advance(before, { type: 'page', after: null, updates: [...updates].reverse() });
    expect(page.deliver.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(before.last).toBeNull();
  });

  test('a flood of early updates is parked up to the cap, and nothing of it is lost', () => {
    const all = log('A', 2_000);
    let { sequence } = advance(startSequence<Entry>('beginning'), {
      type: 'page',
      after: null,
      updates: all.slice(0, 1),
    });
    for (const update of all.slice(2)) {
      const step = advance(sequence, { type: 'update', update });
      sequence = step.sequence;
      expect(step.incomplete).toBe(true);
      expect(sequence.parked.length).toBeLessThanOrEqual(maxParked);
    }
    const partly = advance(sequence, { type: 'page', after: 'A1', updates: all.slice(1, 101) });
    expect(partly.deliver).toHaveLength(100);
    expect(partly.incomplete).toBe(true);
    const rest = advance(partly.sequence, { type: 'page', after: 'A101', updates: all.slice(101, 2_000 - maxParked) });
    expect(rest.sequence.last?.seq).toBe(2_000);
    expect(rest.incomplete).toBe(false);
  });
});
