import { afterEach, expect, it } from 'vitest';
import { createAppender } from '../../../handlers/ingest/append.ts';
import { createBudget } from '../../../handlers/reconcile/budget.ts';
import { createTakeIn } from '../../../handlers/reconcile/take-in.ts';
import { executionArn, statusChange } from '../../support/aws-shapes.ts';
import { type IngestKit, ingestKit } from '../../support/ingest-kit.ts';

let kit: IngestKit;
afterEach(() => kit.close());

const machineArn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:orders';

/** Takes in one listed execution, whose description is as given. */
async function takeIn(arn: string, event: Record<string, unknown>) {
  kit = await ingestKit();
  const asked: string[] = [];
  let repairs = 0;
  const { log } = kit.store;
  const now = (): number => kit.now;
  const rulesOf = () => ({ machineArn, owner: { tenant: 'acme' }, expose: {}, exposeCause: false, nesting: null });
  // It sets the execution's next look, so it commits in any case.
  const appender = createAppender({ log, rulesOf, timers: { wake: () => {} }, now, lookAtOpen: true });
  await kit.ingest([statusChange()]);
  const take = createTakeIn({
    ...{ log, appender, rulesOf, now, since: 0 },
    executions: {
      async describe(described) {
        asked.push(described);
        return { type: 'described', event: JSON.parse(JSON.stringify(event)) };
      },
    },
    onRepair: () => {
      repairs += 1;
    },
    onError: () => {},
  });
  const stopDate = kit.now - 120_000;
  const listed = { executionArn: arn, status: 'SUCCEEDED', startDate: stopDate - 1_000, stopDate, redriveCount: 1 };
  expect(await take([listed], createBudget(10, now, Number.MAX_SAFE_INTEGER))).toBe(true);
  return { asked: asked.length, repairs };
}

const ours = executionArn('orders', 'order-1042');

it('a description that knows no more than the log repairs nothing: lists and descriptions need not agree', async () => {
  expect(await takeIn(ours, statusChange())).toEqual({ asked: 1, repairs: 0 });
});

it('one that knows more does', async () => {
  expect(await takeIn(ours, statusChange({ status: 'SUCCEEDED', redriveCount: 1 }))).toEqual({ asked: 1, repairs: 1 });
});

it('S1: neither children of a Map Run nor another machine of that name are asked about', async () => {
  for (const arn of [`${machineArn.replace('stateMachine', 'execution')}/map:a`, ours.replace('1111', '9999')]) {
    expect(await takeIn(arn, statusChange())).toEqual({ asked: 0, repairs: 0 });
    await kit.close();
  }
});
