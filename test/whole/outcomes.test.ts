import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDemo } from '../../embedded/demo/demo.ts';
import { type ServiceKit, serviceKit } from '../support/service-kit.ts';

let kit: ServiceKit;
beforeAll(async () => {
  kit = await serviceKit();
});
afterAll(() => kit.stop());

/** Runs one execution through all three channels; answers what was printed and whether the sequences were equal. */
async function follow(workflow: string, input: { readonly [name: string]: string | number }) {
  const lines: string[] = [];
  const equal = await runDemo({
    service: kit.service,
    print: (...printed) => lines.push(...printed),
    dataFolder: 'data',
    signal: new AbortController().signal,
    workflow,
    input,
  });
  const last = lines.findLast((line) => line.startsWith('polling')) ?? '';
  const id = /^One order, (?<id>[^,]+), through/m.exec(lines.join('\n'))?.groups?.id ?? '';
  return { equal, last, updates: await kit.updatesOf(workflow, id) };
}

describe('G6: the same execution gives the same sequence through polling, webhook and subscription', () => {
  it.each([
    ['orders', { orderId: 'o-1', total: 42 }, 'SUCCEEDED'],
    ['orders', { payment: 'declined' }, 'PaymentProcessingError'],
    ['orders', { payment: 'timeout-once' }, 'SUCCEEDED'],
    ['orders', { stock: 'none' }, 'InventoryCheckError'],
    ['parcel', {}, 'SUCCEEDED'],
  ])('%s %j ends with %s', async (workflow, input, end) => {
    const { equal, last, updates } = await follow(workflow, input);
    expect(equal).toBe(true);
    expect(last).toContain(end);
    expect(updates.map((update) => update.seq)).toEqual(updates.map((_, index) => index + 1));
    expect(updates[0]).toMatchObject({ status: 'PENDING', kind: 'status' });
    expect(updates.at(-1)?.done).toBe(true);
  });

  it('S8: the parcel shows several active states inside Parallel and Map', async () => {
    const { updates } = await follow('parcel', {});
    const most = Math.max(...updates.map((update) => update.activeStates.length));
    expect(most).toBeGreaterThanOrEqual(3);
    expect(updates.at(-1)?.activeStates).toEqual([]);
  });
});
