import { expect, test } from 'vitest';
import {
  advance,
  cursorOf,
  type Entry,
  type Frame,
  type Sequence,
  startSequence,
} from '../../client-sdk/src/sequencer.ts';

const at = (epoch: string, seq: number): Entry => ({ epoch, seq, cursor: `${epoch}${seq}` });
const page = (after: string | null, ...updates: Entry[]): Frame<Entry> => ({ type: 'page', after, updates });
const push = (update: Entry): Frame<Entry> => ({ type: 'update', update });
const snapshot = (update: Entry): Frame<Entry> => ({ type: 'snapshot', update });

/** Plays frames; the last step, and all that was delivered. */
function play(from: string, ...frames: Frame<Entry>[]) {
  let sequence: Sequence<Entry> = startSequence(from);
  const delivered: string[] = [];
  let step = advance(sequence, page(null));
  for (const frame of frames) {
    step = advance(sequence, frame);
    sequence = step.sequence;
    for (const [index, { cursor }] of step.deliver.entries())
      delivered.push(`${cursor}${index === 0 && step.skipped ? '!' : ''}`);
  }
  return { delivered: delivered.join(' '), incomplete: step.incomplete, next: cursorOf(sequence) };
}

test.each([
  [
    'S16: without a cursor, a page that begins at seq 1 is applied',
    'beginning',
    [page(null, at('A', 1), at('A', 2))],
    'A1 A2',
    false,
  ],
  ['S16: without a cursor, a page that begins later is not', 'beginning', [page(null, at('A', 3))], '', true],
  [
    'S16: a snapshot where the beginning was trimmed says that it skips',
    'beginning',
    [snapshot(at('A', 9))],
    'A9!',
    false,
  ],
  ['a snapshot of seq 1 skips nothing', 'beginning', [snapshot(at('A', 1))], 'A1', false],
  [
    'S16: latest begins with the state as it is, not skipped',
    'latest',
    [snapshot(at('A', 9)), push(at('A', 10))],
    'A9 A10',
    false,
  ],
  ['latest takes no page for a beginning', 'latest', [page(null, at('A', 1))], '', true],
  ['S16: a cursor is continued by the page asked for with it', 'A4', [page('A4', at('A', 5))], 'A5', false],
  ['a cursor is not continued by another page', 'A4', [page(null, at('A', 1))], '', true],
  ['a cursor that cannot be continued skips', 'A4', [snapshot(at('B', 1))], 'B1!', false],
  [
    'a cursor that nothing follows has nothing ahead, whatever was pushed again',
    'A4',
    [push(at('A', 3)), page('A4'), page('A4')],
    '',
    false,
  ],
  [
    'a page that was on its way when something was pushed does not hide it',
    'A4',
    [push(at('A', 5)), page('A4'), page('A4', at('A', 5))],
    'A5',
    false,
  ],
  ['one empty page is not enough to say that nothing is ahead', 'A4', [push(at('A', 5)), page('A4')], '', true],
  ['an empty page tells nothing', 'A4', [page('A4')], '', false],
  ['a push before the first pull is announced, not applied', 'beginning', [push(at('A', 1))], '', true],
  [
    'early ones wait for what comes before them',
    'beginning',
    [page(null, at('A', 1)), push(at('A', 3)), push(at('A', 4)), push(at('A', 2))],
    'A1 A2 A3 A4',
    false,
  ],
  ['a newer log has to come by pull', 'beginning', [page(null, at('A', 1)), push(at('B', 2))], 'A1', true],
  [
    'a newer log comes as a snapshot that skips',
    'beginning',
    [page(null, at('A', 1)), push(at('A', 3)), snapshot(at('B', 2))],
    'A1 B2!',
    false,
  ],
  [
    'an older log is stale',
    'beginning',
    [page(null, at('B', 1)), snapshot(at('A', 9)), push(at('A', 10))],
    'B1',
    false,
  ],
  [
    'an older snapshot is stale',
    'beginning',
    [page(null, at('A', 1), at('A', 2)), snapshot(at('A', 1))],
    'A1 A2',
    false,
  ],
  [
    'a snapshot that just follows skips nothing',
    'beginning',
    [page(null, at('A', 1)), snapshot(at('A', 2))],
    'A1 A2',
    false,
  ],
  [
    'a snapshot is followed by what was parked',
    'beginning',
    [page(null, at('A', 1)), push(at('A', 9)), snapshot(at('A', 8))],
    'A1 A8! A9',
    false,
  ],
] as const)('%s', (_, from, frames, delivered, incomplete) => {
  const result = play(from, ...frames);
  expect(result.delivered).toBe(delivered);
  expect(result.incomplete).toBe(incomplete);
});

test('the next pull asks after what was delivered, not after what is parked', () => {
  expect(play('beginning').next).toBeNull();
  expect(play('latest').next).toBeNull();
  expect(play('A4').next).toBe('A4');
  expect(play('beginning', page(null, at('A', 1)), push(at('A', 7))).next).toBe('A1');
});
