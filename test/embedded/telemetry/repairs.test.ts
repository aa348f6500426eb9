import { afterEach, describe, expect, it } from 'vitest';
import type { Description } from '../../../core/ports.ts';
import { defaultRules } from '../../../core/workflow-rules.ts';
import { createSettle, type Repair } from '../../../handlers/ingest/settle.ts';
import { awslogs, historyRecord, startDate, statusChange } from '../../support/aws-shapes.ts';
import { type IngestKit, ingestKit } from '../../support/ingest-kit.ts';

let kit: IngestKit;
afterEach(() => kit.close());
const key = { workflow: 'orders', id: 'order-1042' };

/** What settle tells of an execution whose owner only DescribeExecution could tell. */
async function repairsAfter(waitMs: readonly number[], describe: () => Promise<Description>): Promise<Repair[]> {
  const owner = { inputPath: '$.tenant' };
  kit = await ingestKit({ rules: { orders: { owner } } });
  const repairs: Repair[] = [];
  const settle = createSettle({
    log: kit.store.log,
    appender: kit.appender,
    executions: { describe },
    deadLetters: kit.store.deadLetters,
    rulesOf: () => ({ ...defaultRules, owner }),
    now: () => kit.now,
    newId: () => 'letter',
    onRepair: (repair) => repairs.push(repair),
  });
  await kit.ingest([awslogs([historyRecord({ state: 'Pay', at: startDate + 1_000 })])]);
  for (const ms of waitMs) {
    kit.now += ms;
    await settle(key);
  }
  return repairs;
}

describe('repairs', () => {
  it('are counted when something was due and asked, not before', async () => {
    const event = JSON.parse(JSON.stringify(statusChange({ input: '{"tenant":"acme"}' })));
    const describe = async (): Promise<Description> => ({ type: 'described', event });
    expect(await repairsAfter([4_000, 1_000, 60_000], describe)).toEqual(['described']);
  });

  it('that nobody can make are told, and the end of trying', async () => {
    const impossible = async (): Promise<Description> => ({ type: 'impossible', reason: 'another account' });
    expect(await repairsAfter([5_000, 90_000_000], impossible)).toEqual(['impossible', 'abandoned']);
  });
});
