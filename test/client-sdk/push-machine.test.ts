import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  begin,
  type Effects,
  type Event,
  type Mode,
  modes,
  probeMs,
  type State,
  step,
} from '../../client-sdk/src/push-machine.ts';

/** One of each kind, the plainest. The compiler asks for an entry when an event is added. */
const events: { readonly [E in Event['type']]: Event & { readonly type: E } } = {
  tick: { type: 'tick', reachable: true },
  up: { type: 'up' },
  caughtUp: { type: 'caughtUp' },
  down: { type: 'down', reachable: true, upMs: 60_000 },
  absent: { type: 'absent' },
  wake: { type: 'wake' },
  rest: { type: 'rest' },
};

const inMode = (mode: Mode, changes: Partial<State> = {}): State => ({ ...begin(2, true, null), ...changes, mode });

const words = ({ wait, pull, open, winner, fail }: Effects): readonly string[] => [
  ...(wait === undefined ? [] : [wait === null ? 'no wait' : `wait ${wait / 1000} s`]),
  ...(pull === undefined ? [] : [pull ? 'pull anew' : 'pull']),
  ...(open === undefined ? [] : [open === null ? 'close' : `open ${open}`]),
  ...(winner === undefined ? [] : [`winner ${winner}`]),
  ...(fail ? ['fail'] : []),
];

/** As SPEC.md writes a cell. */
function cell(state: State, event: Event): string {
  const { state: after, effects } = step(state, event);
  const parts = [...(after.mode === state.mode ? [] : [`**${after.mode}**`]), ...words(effects)];
  return parts.join(', ') || '–';
}

const spec = readFileSync(new URL('../../client-sdk/SPEC.md', import.meta.url), 'utf8');

describe('push machine', () => {
  test("I7: the specification's transition table is the code's, cell by cell", () => {
    const names = Object.keys(events) as Event['type'][];
    const header = `| | ${names.map((name) => `\`${name}\``).join(' | ')} |`;
    const rows = modes.map(
      (mode) => `| \`${mode}\` | ${names.map((n) => cell(inMode(mode), events[n])).join(' | ')} |`,
    );
    expect(spec).toContain([header, `|${' --- |'.repeat(names.length + 1)}`, ...rows].join('\n'));
  });

  const tick = (reachable: boolean): Event => ({ type: 'tick', reachable });
  const down = (upMs: number | null, reachable = true): Event => ({ type: 'down', reachable, upMs });
  test.each<[string, State, Event, string]>([
    ['nothing answers: the push is not to blame', inMode('trying'), tick(false), 'wait 7.5 s'],
    ['the first is given up: the second', inMode('trying'), tick(true), 'wait 7.5 s, pull, open 1'],
    [
      'the last is given up: polling',
      inMode('trying', { channel: 1 }),
      tick(true),
      '**polling**, wait 30 s, pull, close, winner 2',
    ],
    [
      'given up again: the interval grows',
      inMode('trying', { channel: 1, demotions: 2 }),
      tick(true),
      '**polling**, wait 120 s, pull, close, winner 2',
    ],
    [
      'without polling: the first again',
      inMode('trying', { channel: 1, polls: false }),
      tick(false),
      'wait 7.5 s, open 0',
    ],
    ['without polling nothing joins', inMode('connecting', { polls: false }), tick(true), '**trying**, wait 7.5 s'],
    ['a second brief connection', inMode('live', { brief: 1 }), down(4_999), '**connecting**, wait 1.8 s'],
    ['a third brief connection', inMode('live', { brief: 2 }), down(4_999), '**trying**, wait 7.5 s, pull, open 1'],
    ['a third, while nothing answers', inMode('live', { brief: 2 }), down(4_999, false), '**connecting**, wait 1.8 s'],
    ['a long one after two brief ones', inMode('live', { brief: 2 }), down(5_000), '**connecting**, wait 1.8 s'],
    ['a failed attempt counts for neither', inMode('trying', { brief: 2 }), down(null), '–'],
    ['the first does not exist: the second', inMode('connecting'), events.absent, 'open 1'],
    [
      'none exists: polling, without asking again',
      inMode('connecting', { channel: 1, absent: 1 }),
      events.absent,
      '**polling**, no wait, pull, close',
    ],
    [
      'the second does not exist, the first does not work',
      inMode('trying', { channel: 1 }),
      events.absent,
      '**polling**, wait 30 s, pull, close, winner 2',
    ],
    [
      'none exists, and polling is not wanted',
      inMode('connecting', { count: 1, polls: false }),
      events.absent,
      '**resting**, no wait, close, fail',
    ],
  ])('%s', (_, state, event, expected) => {
    expect(cell(state, event)).toBe(expected);
  });

  test.each(['resting', 'polling'] as const)('a wake asks once more for channels that were absent (%s)', (mode) => {
    expect(step(inMode(mode, { absent: 3 }), events.wake).state).toMatchObject({ absent: 0, channel: 0 });
  });

  test('a watch begins with what worked last time', () => {
    expect([null, 0, 1, 2, 7].map((winner) => begin(2, true, winner))).toMatchObject([
      { mode: 'resting', channel: 0 },
      { mode: 'resting', channel: 0 },
      { mode: 'resting', channel: 1 },
      { mode: 'polling', channel: 0 },
      { mode: 'resting', channel: 0 },
    ]);
    expect(begin(1, false, 1).mode).toBe('resting');
  });

  const anyEvent: fc.Arbitrary<Event> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant('tick' as const), reachable: fc.boolean() }) },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('down' as const),
        reachable: fc.boolean(),
        upMs: fc.option(fc.constantFrom(10, 60_000)),
      }),
    },
    { weight: 10, arbitrary: fc.constantFrom<Event>(events.up, events.caughtUp) },
    { weight: 2, arbitrary: fc.constantFrom<Event>(events.absent, events.wake, events.rest) },
  );

  test('I8–I13: whatever happens, one feed at most, no dead end, live only when caught up, polling only when the push is to blame', () => {
    const run = (count: number, polls: boolean, winner: number | null, sequence: readonly Event[]) => {
      let state = begin(count, polls, winner);
      let waiting: number | null = state.mode === 'polling' ? probeMs(0) : 0;
      let open: number | null = null;
      let pulledSinceUp = false;
      for (const event of sequence) {
        if (event.type === 'tick') {
          if (waiting === null) continue;
          waiting = null;
        }
        // Feeds speak only while they are open.
        if (open === null && (event.type === 'up' || event.type === 'down' || event.type === 'absent')) continue;
        const before = state;
        const { state: after, effects } = step(state, event);
        state = after;
        if (effects.wait !== undefined) waiting = effects.wait;
        if (effects.open !== undefined) open = effects.open;
        if (event.type === 'up') pulledSinceUp = false;
        if (effects.pull) pulledSinceUp = true;
        if (effects.fail) return;
        const isOpen = ['connecting', 'trying', 'catching', 'live'].includes(state.mode);
        expect(open, 'a feed is open exactly where the mode says so').toBe(isOpen ? state.channel : null);
        if (isOpen) expect(state.absent & (1 << state.channel), 'no channel that is absent is kept').toBe(0);
        if (state.mode === 'connecting' || state.mode === 'trying') expect(waiting, 'no dead end').not.toBeNull();
        const exists = state.absent !== 2 ** count - 1;
        if (state.mode === 'polling') {
          expect(polls).toBe(true);
          if (exists) expect(waiting, 'push is tried again').not.toBeNull();
        }
        if (waiting !== null) expect(waiting).toBeLessThanOrEqual(300_000);
        if (state.mode === 'live' && before.mode !== 'live') {
          expect([before.mode, event.type, pulledSinceUp]).toEqual(['catching', 'caughtUp', true]);
        }
        if (effects.winner === count) {
          expect(event.type === 'absent' || ('reachable' in event && event.reachable)).toBe(true);
          expect(effects.wait, 'the interval grows').toBe(probeMs(before.demotions));
        }
        if (event.type === 'rest') expect([state.mode, waiting]).toEqual(['resting', null]);
        if (event.type === 'wake') expect(state.mode).not.toBe('resting');
      }
    };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.option(fc.nat(3)),
        fc.array(anyEvent, { maxLength: 60 }),
        run,
      ),
      { numRuns: 3_000 },
    );
  });

  test('the interval between attempts in the background grows from 30 s to 5 min', () => {
    expect([0, 1, 2, 3, 4, 40].map(probeMs)).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  });
});
