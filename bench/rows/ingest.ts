import { endAll, startChild } from '../process/child.ts';
import { fasterThan, type Measures, type Row } from '../row.ts';

interface Events {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly p99: number;
}

/** A commit of one update writes about three pages of 4 KiB to the write-ahead log. */
const pageBytes = 4_096;

function ingestRow(together: number, row: Pick<Row, 'name' | 'title' | 'goals'>): Row {
  return {
    ...row,
    unit: 'events per second; p99 in ms',
    async start(scale) {
      const server = startChild('servers/ingest.ts');
      const events = scale === 'quick' ? 500 : 2_000;
      const rounds = Math.ceil(events / together);
      return {
        contenders: {
          ours: async (): Promise<Measures> => {
            const { perSecond, p99 } = await server.call<Events>('events', Math.max(rounds, 20), together);
            return { ours: perSecond, p99 };
          },
          fdatasync: () => server.call<number>('fdatasyncs', scale === 'quick' ? 200 : 600, pageBytes),
        },
        stop: () => endAll([server]),
      };
    },
  };
}

const p99 = { text: 'p99, ms', value: (measures: Measures) => measures.p99 ?? Number.NaN, limit: { atMost: 5 } };

export const ingestOne = ingestRow(1, {
  name: 'ingest-1',
  title: 'Durable ingest, one event at a time',
  goals: [{ text: 'fdatasync of the same disk', value: fasterThan('fdatasync'), limit: { atLeast: 0.75 } }, p99],
});

export const ingestHundred = ingestRow(100, {
  name: 'ingest-100',
  title: 'Durable ingest, 100 events at once',
  goals: [{ text: 'fdatasync of the same disk', value: fasterThan('fdatasync'), limit: { atLeast: 10 } }, p99],
});

/** Does taking an event cost more where the log is long? */
export const logGrowth: Row = {
  name: 'log-growth',
  title: 'Growth of the log from 10,000 rows to 1,000,000 (--quick: 100,000)',
  unit: 'CPU µs per event, 100 at once',
  goals: [
    {
      text: 'cost with the long log / with the short one',
      value: (measures) => (measures.long ?? Number.NaN) / (measures.short ?? Number.NaN),
      limit: { atMost: 1.2 },
    },
  ],
  async start(scale) {
    const short = startChild('servers/ingest.ts');
    const long = startChild('servers/ingest.ts');
    const stop = (): Promise<void> => endAll([short, long]);
    try {
      await short.call('fill', 10_000);
      await long.call('fill', scale === 'quick' ? 100_000 : 1_000_000);
    } catch (error) {
      await stop();
      throw error;
    }
    const rounds = scale === 'quick' ? 20 : 30;
    return {
      contenders: {
        short: async () => (await short.call<Events>('events', rounds, 100)).cpuUs,
        long: async () => (await long.call<Events>('events', rounds, 100)).cpuUs,
      },
      stop,
    };
  },
};
