import { expect, it } from 'vitest';
import { topFlow } from '../../../embedded/runner/flow.ts';
import { openJournal } from '../../../embedded/runner/journal.ts';
import { localPlace } from '../../../embedded/runner/place.ts';
import { createRecorder } from '../../../embedded/runner/recorder.ts';
import { jumpingClock } from './support/clock.ts';
import { storyOf } from './support/emitted.ts';

it('records nothing on a line that was aborted, so that a stopped branch cannot go on in the history', async () => {
  const pushed: unknown[] = [];
  const recorder = createRecorder({
    run: {
      ...{
        arn: 'a',
        workflow: 'w',
        id: 'x',
        input: '{}',
        startDate: 0,
        redriveCount: 0,
        redriveDate: null,
        begunAt: null,
      },
      ...{ nextId: 1, nextSequence: 1, position: null, open: [], end: null },
    },
    position: 1,
    journal: openJournal({ write: () => new Promise(() => undefined) }),
    outbox: {
      push: async (item) => void pushed.push(item),
      room: async () => undefined,
      drained: async () => undefined,
    },
    clock: jumpingClock(),
    place: localPlace,
    halted: new AbortController().signal,
    lost: () => undefined,
    full: () => undefined,
  });
  const controller = new AbortController();
  const flow = topFlow(controller.signal);
  recorder.entered(flow, 'A', 'Pass', null);
  controller.abort(new Error('stopped'));
  expect(() => recorder.exited(flow, 1, 'A', 'Pass')).toThrow('stopped');
  expect(() => recorder.entered(flow, 'B', 'Pass', null)).toThrow('stopped');
  await recorder.event({});
  expect(storyOf(pushed.slice(0, 1))).toEqual(['PassStateEntered A']);
  expect(recorder.run()).toMatchObject({ nextId: 2, position: { state: 'A' }, open: [{ name: 'A' }] });
});
