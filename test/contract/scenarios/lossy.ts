import { expect } from 'vitest';
import type { Stage } from '../stage.ts';
import { hold, light, lose, nextSeq, repeat, staleReads } from '../support/faults.ts';
import type { Scenario } from '../table.ts';

/** Past the second pull that follows a subscription, so that only what the scenario is about can heal it. */
async function settled(stage: Stage): Promise<void> {
  await stage.caughtUp();
  await stage.pass(5_000);
}

/** Around each of the two moments: in the first channel, and in the one after the switch. */
async function inBoth(stage: Stage, trouble: () => Promise<void>): Promise<void> {
  stage.open();
  await stage.commit(2);
  await settled(stage);
  await trouble();
  await stage.caughtUp();
  light(stage);
  await stage.midway();
  await settled(stage);
  await trouble();
  await stage.caughtUp();
  light(stage);
  await stage.later();
  await stage.commit();
  await stage.feed(stage.story.end());
}

/** Commits so many, one by one, and waits until the wire holds those that are pushed. */
async function commitHeld(stage: Stage, count: number, held: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await stage.commit();
  if (stage.pushes()) await stage.until('the held pushes', () => stage.wire.holding() >= held);
}

/** What was read is not taken for something missing: while a push is live, nothing is asked but now and then. */
async function expectQuiet({ wire, pass, pushes }: Stage): Promise<void> {
  const before = wire.reads;
  await pass(10_000);
  if (pushes()) expect(wire.reads - before).toBeLessThanOrEqual(3);
}

export const lossyScenarios: readonly Scenario[] = [
  {
    name: 'an update lost',
    play: (stage) =>
      inBoth(stage, async () => {
        const isLost = lose(stage, nextSeq(stage));
        await stage.commit();
        await stage.commit();
        // Far sooner than the safety poll: the gap itself asks for the pull.
        await stage.caughtUp(15_000);
        expect(isLost()).toBe(true);
      }),
  },
  {
    name: 'the last update lost',
    async play(stage) {
      stage.open();
      await stage.commit();
      await stage.caughtUp();
      await stage.midway();
      await stage.caughtUp();
      await stage.later();
      await settled(stage);
      const isLost = lose(stage, nextSeq(stage));
      await stage.feed(stage.story.end());
      // Nothing follows that could show the gap: the safety poll finds it.
      await stage.caughtUp(120_000);
      expect(isLost()).toBe(true);
    },
  },
  {
    name: 'cut within an answer',
    play: (stage) =>
      inBoth(stage, async () => {
        const isLost = lose(stage, nextSeq(stage), 'cut');
        await stage.commit();
        await stage.commit();
        await stage.caughtUp(15_000);
        expect(isLost()).toBe(true);
      }),
  },
  {
    name: 'everything twice',
    play: (stage) =>
      inBoth(stage, async () => {
        repeat(stage);
        for (let count = 0; count < 4; count += 1) {
          await stage.commit();
          await stage.caughtUp();
        }
        light(stage);
        await expectQuiet(stage);
      }),
  },
  {
    name: 'updates in the wrong order',
    play: (stage) =>
      inBoth(stage, async () => {
        const first = nextSeq(stage);
        hold(stage, ({ seq }) => seq >= first);
        if (stage.polls()) staleReads(stage, 2);
        await commitHeld(stage, 3, 3);
        await stage.wire.release('backwards');
      }),
  },
  {
    name: 'an old update after newer ones',
    play: (stage) =>
      inBoth(stage, async () => {
        const late = nextSeq(stage);
        hold(stage, ({ seq }) => seq === late);
        await commitHeld(stage, 3, 1);
        await stage.caughtUp();
        if (stage.polls()) staleReads(stage, 2);
        await stage.wire.release('forwards');
        await stage.commit();
      }),
  },
  {
    name: 'pushes delayed by 20 s',
    play: (stage) =>
      inBoth(stage, async () => {
        const first = nextSeq(stage);
        hold(stage, ({ seq }) => seq >= first);
        await commitHeld(stage, 3, 3);
        await stage.pass(20_000);
        await stage.wire.release('forwards');
      }),
  },
  {
    name: 'stale reads after a reconnect',
    play: (stage) =>
      inBoth(stage, async () => {
        staleReads(stage, 3);
        stage.reread();
        await stage.commit();
        await stage.commit();
        await stage.until('a stale read', () => stage.wire.befell.has('oldest'));
      }),
  },
  {
    name: 'committed while disconnected',
    play: (stage) =>
      inBoth(stage, async () => {
        const last = nextSeq(stage) + 1;
        hold(stage, ({ carrier, seq }) => carrier === 'webhook' && seq < last);
        stage.wire.cut();
        await stage.commit();
        await stage.commit();
        // Nothing is pushed any more: the pull after the reconnect brings it.
        await stage.caughtUp(30_000);
      }),
  },
];
