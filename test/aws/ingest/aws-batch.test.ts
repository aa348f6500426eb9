import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LogKey } from '../../../core/ports.ts';
import { createAwsBatch } from '../../../handlers/ingest/aws-batch.ts';
import { createIngest } from '../../../handlers/ingest/ingest.ts';
import { awslogs, historyRecord, statusChange } from '../../support/aws-shapes.ts';
import { type IngestKit, ingestKit } from '../../support/ingest-kit.ts';

let kit: IngestKit;
afterEach(() => kit.close());

/** The ingest over a real store whose appender refuses the executions named in `down`. */
async function bench(down: readonly string[] = []) {
  kit = await ingestKit();
  const { appender, store } = kit;
  const settle = vi.fn(async (key: LogKey) => {
    if (down.includes(key.id)) throw new Error('throttled');
  });
  const rejectedCounts: number[] = [];
  let ids = 0;
  const ingest = createIngest({
    appender: {
      ...appender,
      append: (key, facts, extras) =>
        down.includes(key.id) ? Promise.reject(new Error('throttled')) : appender.append(key, facts, extras),
    },
    bindings: store.bindings,
    deadLetters: store.deadLetters,
    rulesOf: () => ({ machineArn: null, owner: { tenant: 'acme' }, expose: {}, exposeCause: false, nesting: null }),
    now: () => kit.now,
    newId: () => `letter-${ids++}`,
  });
  const failedLooks: string[] = [];
  const batch = createAwsBatch({
    ingest,
    settle,
    onLookFailed: (error, { id }) => void failedLooks.push(`${id} ${error}`),
    onRejected: (count) => void rejectedCounts.push(count),
  });
  const take = async (...bodies: unknown[]) => {
    const texts = bodies.map((body) => (typeof body === 'string' ? body : JSON.stringify(body)));
    return (await batch(texts)).map((outcome) => (outcome ? String(outcome.error) : null));
  };
  return { take, settle, rejectedCounts, failedLooks };
}

const statuses = async (id: string) => (await kit.read({ workflow: 'orders', id })).map(({ status }) => status);

describe('a batch of the ingest queue', () => {
  it('S25: what cannot be committed of one execution is reported for its messages alone', async () => {
    const { take } = await bench(['order-2']);
    const outcome = await take(
      statusChange({ id: 'order-1' }),
      statusChange({ id: 'order-2' }),
      statusChange({ id: 'order-1', status: 'SUCCEEDED' }),
      statusChange({ id: 'order-2', status: 'SUCCEEDED' }),
    );
    expect(outcome).toEqual([null, 'Error: throttled', null, 'Error: throttled']);
    expect(await statuses('order-1')).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(await statuses('order-2')).toEqual([]);
  });

  it('S25: a payload with records of several executions comes again whole if one of them failed', async () => {
    const { take } = await bench(['order-2']);
    const records = ['order-1', 'order-2'].map((id) => historyRecord({ id, state: 'Pay' }));
    expect(await take(statusChange({ id: 'order-3' }), awslogs(records))).toEqual([null, 'Error: throttled']);
    expect(await statuses('order-1')).toEqual(['RUNNING']);
  });

  it('G10: what is malformed is a dead letter with its reason, and does not come again', async () => {
    const { take, rejectedCounts } = await bench();
    expect(await take('{"truncated', { 'detail-type': 'Else' }, statusChange({ id: 'order-1' }))).toEqual([
      null,
      null,
      null,
    ]);
    const { letters } = await kit.store.deadLetters.list(null, 10);
    expect(letters.map(({ reason }) => reason).sort()).toEqual([
      expect.stringContaining('must be a JSON object, not "{\\"truncated"'),
      expect.stringContaining('is not read here'),
    ]);
    expect(rejectedCounts).toEqual([2]);
    expect(await statuses('order-1')).toEqual(['RUNNING']);
  });

  it('G10: a dead letter that cannot be stored is no lost event: its message comes again', async () => {
    const { take } = await bench();
    vi.spyOn(kit.store.deadLetters, 'add').mockRejectedValue(new Error('no table'));
    expect(await take('garbage', statusChange({ id: 'order-1' }))).toEqual(['Error: no table', null]);
  });

  it('S35: looks at what was put off, each on its own; one that fails is left to the reconciler', async () => {
    const { take, settle, failedLooks } = await bench(['order-2']);
    const look = (id: string) => ({ settle: { workflow: 'orders', id } });
    expect(await take(look('order-1'), look('order-2'), statusChange({ id: 'order-3' }))).toEqual([null, null, null]);
    expect(failedLooks).toEqual(['order-2 Error: throttled']);
    expect(settle.mock.calls).toEqual([
      [{ workflow: 'orders', id: 'order-1' }],
      [{ workflow: 'orders', id: 'order-2' }],
    ]);
  });
});
