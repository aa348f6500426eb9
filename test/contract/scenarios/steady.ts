import { expect } from 'vitest';
import { withStatusFirst } from '../../support/arrival.ts';
import { awslogs, historyRecord, progressEvent, statusChange } from '../../support/aws-shapes.ts';
import type { Stage } from '../stage.ts';
import { createApplication } from '../support/application.ts';
import { createRandom } from '../support/clock.ts';
import type { Scenario } from '../table.ts';

/** A run that the service executes itself: it goes on while the reader changes channels. */
async function watchRun(stage: Stage, input: { readonly [name: string]: string }): Promise<void> {
  const { application, deployment, execution } = stage;
  stage.meanwhile = async () => undefined;
  stage.isTold = true;
  stage.open();
  await stage.live();
  await deployment.start(execution.workflow, execution.id, input);
  await stage.until('the first updates', () => application.seen.length >= 2);
  await stage.midway();
  await stage.until('the end', () => application.seen.at(-1)?.done === true);
  await stage.later();
  await stage.feed();
}

/** Every fact of a run's first two attempts, each sent twice, in an order that the seed decides; then the third, plainly. */
function shuffledFacts({ workflow, id }: Stage['execution']) {
  const start = Date.now();
  const record = (historyId: number, type: string, state: string) =>
    awslogs([historyRecord({ workflow, id, historyId, type, state, at: start + historyId })]);
  const facts = [
    statusChange({ workflow, id, startDate: start }),
    record(2, 'TaskStateEntered', 'Pay'),
    record(5, 'TaskStateExited', 'Pay'),
    record(6, 'ParallelStateEntered', 'Both'),
    record(7, 'TaskStateEntered', 'Pack'),
    record(8, 'TaskStateEntered', 'Bill'),
    record(9, 'TaskStateExited', 'Bill'),
    progressEvent({ workflow, id, sequence: 1, percent: 30, at: start }),
    progressEvent({ workflow, id, sequence: 2, percent: 60, at: start }),
    statusChange({ workflow, id, startDate: start, status: 'FAILED', stopDate: start + 50, error: 'Lost' }),
    statusChange({ workflow, id, startDate: start, redriveCount: 1, redriveDate: start + 60 }),
    statusChange({ workflow, id, startDate: start, redriveCount: 1, status: 'FAILED', stopDate: start + 90 }),
  ];
  const third = { workflow, id, startDate: start, redriveCount: 2, redriveDate: start + 100 };
  const random = createRandom(id);
  const mixed = [...facts, ...facts]
    .map((fact) => ({ fact, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ fact }) => fact);
  const shuffled = withStatusFirst(mixed);
  return {
    shuffled,
    third: [statusChange(third), statusChange({ ...third, status: 'SUCCEEDED', stopDate: start + 120 })],
  };
}

export const steadyScenarios: readonly Scenario[] = [
  {
    name: 'plain',
    async play(stage) {
      await stage.commit(2);
      // What was pushed before anybody reads is gone: that the push is up must be reason enough to pull (S17).
      if (stage.carrier() === 'webhook')
        await stage.until('the deliveries', () => stage.wire.carried.get('webhook') === 2);
      stage.open();
      await stage.caughtUp(20_000);
      await stage.commit();
      await stage.caughtUp(20_000);
      await stage.midway();
      await stage.commit(2);
      await stage.caughtUp();
      await stage.later();
      await stage.commit();
      await stage.feed(stage.story.end());
    },
  },
  {
    name: 'not there yet',
    async play(stage) {
      stage.open();
      await stage.pass(10_000);
      expect(stage.application.failure).toBeNull();
      await stage.commit();
      await stage.caughtUp();
      await stage.midway();
      await stage.caughtUp();
      await stage.later();
      await stage.feed(stage.story.end());
    },
  },
  {
    name: 'burst of 300 in one delivery',
    async play(stage) {
      stage.open();
      await stage.commit();
      await stage.caughtUp();
      await stage.commit(300);
      await stage.midway();
      await stage.caughtUp();
      await stage.later();
      await stage.commit(300);
      await stage.feed(stage.story.end());
    },
  },
  {
    name: 'two watchers of one execution',
    async play(stage) {
      const twin = createApplication(stage.execution);
      const follow = () => twin.read(stage.client(), { redrives: true });
      const abreast = () => stage.until('the other watcher', () => twin.seen.length === stage.application.seen.length);
      await stage.commit();
      stage.open();
      follow();
      await stage.commit(2);
      await stage.caughtUp();
      await abreast();
      const before = stage.client();
      await stage.midway();
      if (stage.client() !== before) follow();
      await stage.commit();
      await stage.caughtUp();
      await stage.later();
      await stage.feed(stage.story.end());
      await stage.caughtUp();
      await abreast();
      expect(twin.seen).toEqual(stage.application.seen);
    },
  },
  {
    name: 'facts shuffled and repeated',
    async play(stage) {
      const { shuffled, third } = shuffledFacts(stage.execution);
      const half = shuffled.length / 2;
      const tell = async (from: number, to: number) => {
        for (let at = from; at < to; at += 2) await stage.feed(...shuffled.slice(at, at + 2));
      };
      stage.meanwhile = () => tell(half, half + 4);
      stage.isTold = true;
      stage.open();
      await stage.live();
      await tell(0, half);
      await stage.caughtUp();
      await stage.midway();
      await stage.caughtUp();
      await stage.live();
      await stage.later();
      await tell(half + 4, shuffled.length);
      // The rest of the shuffle may hold no news; this is news whatever came before.
      for (const fact of third) await stage.feed(fact);
      expect(stage.archive.last()).toMatchObject({ status: 'SUCCEEDED', redriveCount: 2 });
    },
  },
  {
    name: 'a run with Parallel and Map',
    workflow: 'parcel',
    isRun: true,
    needs: ['run'],
    async play(stage) {
      await watchRun(stage, {});
      expect(Math.max(...stage.application.seen.map(({ activeStates }) => activeStates.length))).toBeGreaterThan(2);
    },
  },
  {
    name: 'an output too large for an update',
    workflow: 'orders',
    isRun: true,
    needs: ['run'],
    async play(stage) {
      const orderId = 'x'.repeat(20_000);
      await watchRun(stage, { orderId });
      expect(stage.application.seen.at(-1)).toMatchObject({ status: 'SUCCEEDED', output: null, outputOmitted: true });
      const { workflow, id } = stage.execution;
      expect(await stage.client().watch(workflow, id).result()).toMatchObject({ orderId });
    },
  },
];
