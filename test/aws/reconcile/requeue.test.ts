import { describe, expect, it } from 'vitest';
import type { DeliveryKey, IntakeRecord } from '../../../core/ports.ts';
import { createRequeueDeliveries, createRequeueIntakes } from '../../../handlers/reconcile/requeue.ts';
import { createUntilDone } from '../../../handlers/reconcile/until-done.ts';

const now = 1_000_000_000;
const minute = 60_000;

describe('deliveries that nobody took', () => {
  async function run(dueAt: number | null) {
    const asked: number[] = [];
    const sent: string[] = [];
    const oldest: number[] = [];
    const key: DeliveryKey = { endpointId: 'e1', workflow: 'orders', id: 'order-1' };
    await createRequeueDeliveries({
      deliveries: {
        nextDue: async () => dueAt,
        async due(at) {
          asked.push(at);
          return [key];
        },
      },
      send: async (bodies) => void sent.push(...bodies),
      onOldest: (seconds) => void oldest.push(seconds),
      now: () => now,
    })();
    return { asked, sent, oldest };
  }

  it('get another message after a minute', async () => {
    expect(await run(now - 61_000)).toEqual({
      asked: [now - minute],
      sent: ['{"endpointId":"e1","workflow":"orders","id":"order-1"}'],
      oldest: [61],
    });
  });

  it('are left to their own message before, and the age is told in every run', async () => {
    expect(await run(now - 5_000)).toEqual({ asked: [], sent: [], oldest: [5] });
    expect(await run(now + 5_000)).toEqual({ asked: [], sent: [], oldest: [0] });
    expect(await run(null)).toEqual({ asked: [], sent: [], oldest: [0] });
  });
});

describe('S34: accepted starts without an answer', () => {
  async function sentAt(...ages: number[]) {
    const sent: string[] = [];
    const records = ages.map(
      (age, n): IntakeRecord => ({
        ...{ workflow: 'orders', id: String(n), tenant: 'acme', intakeAttempt: 1, input: '{}' },
        acceptedAt: now - age,
      }),
    );
    await createRequeueIntakes({
      intakes: {
        pending: async (cursor) =>
          cursor === null ? { records: records.slice(0, 2), next: '2' } : { records: records.slice(2), next: null },
      },
      send: async (bodies) => void sent.push(...bodies),
      now: () => now,
    })();
    return sent.map((body) => Number((JSON.parse(body) as { id: string }).id));
  }

  it('get another message when they are older than a minute, all pages of them', async () => {
    expect(await sentAt(59_000, minute, 90_000, 10)).toEqual([1, 2]);
  });

  it('then more and more rarely, and for ever', async () => {
    const ages = Array.from({ length: 200 }, (_, n) => n * minute + 1_000);
    expect(await sentAt(...ages)).toEqual([1, 2, 4, 8, 16, 32, 60, 120, 180]);
  });
});

describe('a step that is repeated', () => {
  it('ends when there is no more, and after ten rounds', async () => {
    let rounds = 0;
    await createUntilDone(async () => ({ more: ++rounds < 3 }))();
    expect(rounds).toBe(3);
    await createUntilDone(async () => ({ more: ++rounds > 0 }))();
    expect(rounds).toBe(13);
  });
});
