import { endAll } from '../process/child.ts';
import type { Row } from '../row.ts';
import { openAudience } from './broadcast.ts';

const few = 100;
const many = 10_000;

/** Does a delivery cost more where there are more subscribers? */
export const subscriberGrowth: Row = {
  name: 'growth',
  title: 'Growth from 100 to 10,000 subscribers',
  unit: 'CPU µs per delivery',
  goals: [
    {
      text: 'cost at 10,000 / cost at 100',
      value: (measures) => (measures['10,000'] ?? Number.NaN) / (measures['100'] ?? Number.NaN),
      limit: { atMost: 1.2 },
    },
  ],
  async start(scale) {
    const small = await openAudience('ours');
    const large = await openAudience('ours');
    const stop = (): Promise<void> => endAll([...small.children, ...large.children]);
    try {
      await small.connect(few, 'shared');
      await large.connect(many, 'shared');
    } catch (error) {
      await stop();
      throw error;
    }
    const times = scale === 'quick' ? 2 : 4;
    // As many deliveries between two receipts, so that the receipts weigh the same.
    return {
      contenders: {
        '100': () => small.publish({ times, topics: 1, burst: 1, ticks: many / few }),
        '10,000': () => large.publish({ times, topics: 1, burst: 1, ticks: 1 }),
      },
      stop,
    };
  },
};
