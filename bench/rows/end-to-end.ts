import { endAll, startChild } from '../process/child.ts';
import type { Measures, Row } from '../row.ts';

const together = 32;

/** An event over HTTP, durable, and out through a subscription, a webhook and a poll. */
export const endToEnd: Row = {
  name: 'end-to-end',
  title: 'Event in, durable, three channels out, at half the saturated rate',
  unit: 'ms; rate in events per second',
  goals: [{ text: 'p99 of all channels, ms', value: (measures) => measures.p99 ?? Number.NaN, limit: { atMost: 15 } }],
  async start(scale) {
    const service = startChild('servers/service.ts');
    const readers = startChild('load/readers.ts');
    const stop = (): Promise<void> => endAll([service, readers]);
    try {
      await readers.call('connect', await service.call('listening'));
    } catch (error) {
      await stop();
      throw error;
    }
    const ms = scale === 'quick' ? 500 : 1_500;
    return {
      contenders: {
        ours: async (): Promise<Measures> => {
          const saturated = await readers.call<number>('saturate', ms / 2, together);
          const latencies = await readers.call<Measures>('pace', ms, saturated / 2);
          return { ...latencies, 'saturated rate': saturated };
        },
      },
      stop,
    };
  },
};
