import { expect } from 'vitest';
import { isStatusError } from '../../../client-sdk/src/index.ts';
import type { Stage } from '../stage.ts';
import { dark, hold, light, staleReads } from '../support/faults.ts';
import type { Scenario } from '../table.ts';

/** The rest of every scenario whose point is how it begins. */
async function goOn(stage: Stage): Promise<void> {
  await stage.caughtUp();
  await stage.commit();
  await stage.caughtUp();
  await stage.midway();
  await stage.caughtUp();
  await stage.later();
  await stage.commit();
  await stage.feed(stage.story.end());
}

const lastOf = ({ archive }: Stage) => {
  const last = archive.last();
  if (!last) throw new Error('nothing was committed');
  return last;
};

async function trim(stage: Stage, upTo: number): Promise<void> {
  await stage.deployment.trim(stage.execution, upTo);
  stage.expectation = { ...stage.expectation, skips: 1, gone: (_, seq) => seq <= upTo };
}

export const historyScenarios: readonly Scenario[] = [
  {
    name: 'trimmed while away',
    needs: ['trim'],
    async play(stage) {
      stage.open();
      await stage.commit(3);
      await stage.caughtUp();
      await stage.carried();
      dark(stage);
      await stage.commit(2);
      await trim(stage, lastOf(stage).seq);
      await stage.midway();
      light(stage);
      await stage.caughtUp();
      await stage.later();
      await stage.commit();
      await stage.feed(stage.story.end());
    },
  },
  {
    name: 'trimmed before the beginning',
    needs: ['trim'],
    async play(stage) {
      await stage.commit(5);
      await trim(stage, 3);
      stage.open();
      await stage.caughtUp();
      // The same snapshot once more tells nothing.
      staleReads(stage, 2, 'again');
      stage.reread();
      await stage.pass(5_000);
      await goOn(stage);
    },
  },
  {
    name: 'a cursor that was trimmed',
    needs: ['trim'],
    async play(stage) {
      await stage.commit(1);
      const from = lastOf(stage);
      await stage.commit(4);
      stage.expectation = { from };
      await trim(stage, 3);
      stage.open({ from: from.cursor });
      await goOn(stage);
    },
  },
  {
    name: 'a cursor into an earlier run',
    async play(stage) {
      await stage.commit(2);
      const from = lastOf(stage);
      stage.story.anew();
      await stage.commit(2);
      stage.expectation = { from, skips: 1 };
      stage.open({ from: from.cursor });
      await goOn(stage);
    },
  },
  {
    name: 'a cursor that continues',
    async play(stage) {
      await stage.commit(2);
      const from = lastOf(stage);
      await stage.commit(2);
      stage.expectation = { from };
      stage.open({ from: from.cursor });
      await goOn(stage);
    },
  },
  {
    name: 'a malformed cursor',
    async play(stage) {
      const { workflow, id } = stage.execution;
      await stage.commit(2);
      const client = stage.connect();
      const broken = client.watch(workflow, id, { from: 'no cursor!' })[Symbol.asyncIterator]();
      const failure = await broken.next().then(
        () => null,
        (error: unknown) => error,
      );
      client.close();
      expect(isStatusError(failure, 'invalid')).toBe(true);
      stage.open();
      await goOn(stage);
    },
  },
  {
    name: 'a new run under the same name',
    async play(stage) {
      stage.open();
      await stage.commit(2);
      await stage.caughtUp();
      hold(stage, ({ seq, epoch }) => seq === 3 && epoch === lastOf(stage).epoch);
      await stage.commit();
      stage.story.anew();
      stage.expectation = { skips: 1 };
      await stage.commit(2);
      await stage.caughtUp();
      // Of the earlier run, and late: it belongs to nothing that is shown.
      await stage.wire.release('forwards');
      light(stage);
      await goOn(stage);
    },
  },
  {
    name: 'a stale snapshot of an earlier run',
    needs: ['trim'],
    async play(stage) {
      await stage.commit(3);
      await trim(stage, 2);
      stage.open();
      await stage.caughtUp();
      stage.story.anew();
      stage.expectation = { ...stage.expectation, skips: 2 };
      await stage.commit(2);
      await stage.caughtUp();
      await stage.midway();
      await stage.caughtUp();
      // The whole state as it was first read: of a run that is over.
      staleReads(stage, 2);
      stage.reread();
      await stage.commit();
      await stage.caughtUp();
      await stage.later();
      await stage.commit();
      await stage.feed(stage.story.end());
    },
  },
  {
    name: 'a rebuilt log',
    needs: ['rebuild'],
    alone: true,
    async play(stage) {
      stage.open();
      await stage.commit(3);
      await stage.caughtUp();
      await stage.restart(true);
      stage.expectation = { skips: 1 };
      await goOn(stage);
    },
  },
  {
    name: 'a redrive after the end',
    async play(stage) {
      stage.open();
      await stage.commit(2);
      await stage.feed(stage.story.end('FAILED'));
      await stage.caughtUp();
      await stage.feed(stage.story.redriven());
      await stage.midway();
      await stage.caughtUp();
      await stage.later();
      await stage.commit();
      await stage.feed(stage.story.end());
      expect(stage.archive.last()).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
    },
  },
];
