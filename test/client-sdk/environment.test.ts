import { expect, test, vi } from 'vitest';
import { createEnvironment } from '../../client-sdk/src/environment.ts';
import { createFakeClock } from './support/fake-clock.ts';

/** A page, and what the environment told of it. */
function page() {
  const clock = createFakeClock();
  const document = Object.assign(new EventTarget(), { hidden: false });
  const scope = Object.assign(new EventTarget(), { document });
  const told: (boolean | 'hide')[] = [];
  const environment = createEnvironment(clock, scope as unknown as typeof globalThis);
  const dispatch = (type: string, persisted = false) =>
    scope.dispatchEvent(Object.assign(new Event(type), { persisted }));
  return {
    clock,
    told,
    dispatch,
    start: () =>
      environment.onWake(
        (stale) => told.push(stale),
        () => told.push('hide'),
      ),
    show(visible: boolean) {
      document.hidden = !visible;
      document.dispatchEvent(new Event('visibilitychange'));
    },
  };
}

test('a tab that is hidden and shown', () => {
  const { start, show, told } = page();
  start();
  show(false);
  show(true);
  expect(told).toEqual(['hide', false]);
});

test('being online again makes what was open stale', () => {
  const { start, dispatch, told } = page();
  start();
  dispatch('offline');
  dispatch('online');
  expect(told).toEqual([true]);
});

test('a page that comes back from the back/forward cache is stale; one that is just shown is not', () => {
  const { start, dispatch, told } = page();
  start();
  dispatch('pageshow');
  expect(told).toEqual([]);
  dispatch('pageshow', true);
  expect(told).toEqual([true]);
});

test.each(['sleep', 'suspend'] as const)(
  'a clock that moved on without the timers (%s) tells of sleep, once',
  async (how) => {
    const { start, clock, told } = page();
    start();
    await clock.advance(130_000);
    clock[how](600_000);
    expect(told).toEqual([]);
    await clock.advance(20_000);
    expect(told).toEqual([true]);
    await clock.advance(600_000);
    expect(told).toEqual([true]);
  },
);

test('the throttled timers of a hidden tab are no sleep', async () => {
  const { start, clock, show, told } = page();
  start();
  show(false);
  for (let minute = 0; minute < 30; minute++) {
    clock.sleep(60_000);
    await clock.settle();
  }
  show(true);
  expect(told).toEqual(['hide', false]);
});

test('a tab shown after sleep is stale at once, before any timer', () => {
  const { start, clock, show, told } = page();
  start();
  show(false);
  clock.suspend(600_000);
  show(true);
  expect(told).toEqual(['hide', true]);
});

test('nothing is left behind when it stops', async () => {
  const { start, clock, dispatch, show, told } = page();
  const stop = start();
  stop();
  stop();
  for (const type of ['online', 'pageshow']) dispatch(type, true);
  show(false);
  show(true);
  await clock.advance(600_000);
  expect(told).toEqual([]);
  expect(clock.pending()).toBe(0);
});

test('in Node nothing ever happens, and importing has no effect', async () => {
  const clock = createFakeClock();
  const listener = vi.fn();
  const stop = createEnvironment(clock).onWake(listener, listener);
  expect(clock.pending()).toBe(0);
  clock.sleep(3_600_000);
  await clock.advance(3_600_000);
  stop();
  expect(listener).not.toHaveBeenCalled();
});
