import { type Child, endAll } from '../process/child.ts';
import type { Measures, Row } from '../row.ts';
import { type BroadcasterName, openAudience } from './broadcast.ts';

const few = 100;
const many = 10_000;

const growth = (measures: Measures, name: BroadcasterName): number =>
  (measures[`${name} 10,000`] ?? Number.NaN) / (measures[`${name} 100`] ?? Number.NaN);

/** Does a delivery cost more where there are more subscribers? And for plain sockets, which nobody can do better than? */
export const subscriberGrowth: Row = {
  name: 'growth',
  title: 'Growth from 100 to 10,000 subscribers',
  unit: 'CPU µs per delivery',
  goals: [
    { text: 'cost at 10,000 / cost at 100', value: (measures) => growth(measures, 'ours'), limit: { atMost: 1.2 } },
    {
      text: 'our growth / that of ws, frame built once',
      value: (measures) => growth(measures, 'ours') / growth(measures, 'ws frame'),
      limit: { atMost: 1.2 },
    },
  ],
  async start(scale) {
    const times = scale === 'quick' ? 2 : 4;
    const children: Child[] = [];
    const contenders: Record<string, () => Promise<number>> = {};
    const stop = (): Promise<void> => endAll(children);
    try {
      for (const name of ['ours', 'ws frame'] as const) {
        for (const count of [few, many]) {
          const audience = await openAudience(name);
          children.push(...audience.children);
          await audience.connect(count, 'shared');
          // As many deliveries between two receipts, so that the receipts weigh the same.
          const load = { times, topics: 1, burst: 1, ticks: many / count };
          contenders[`${name} ${count.toLocaleString('en')}`] = () => audience.publish(load);
        }
      }
    } catch (error) {
      await stop();
      throw error;
    }
    return { contenders, stop };
  },
};
