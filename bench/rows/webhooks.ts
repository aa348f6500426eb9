import { endAll, startChild } from '../process/child.ts';
import { cheaperThan, type Row } from '../row.ts';

const together = 64;

/** Requests that are signed and answered, whatever stands around them. */
export const webhooks: Row = {
  name: 'webhooks',
  title: 'Webhooks, signed, 64 at a time',
  unit: 'CPU µs per delivery',
  goals: [
    {
      text: 'bare undici dispatch (log, order and cursors on disk included)',
      value: cheaperThan('dispatch'),
      limit: { atLeast: 0.9 },
    },
    {
      text: 'bare undici dispatch (the sender alone)',
      value: cheaperThan('dispatch', 'sender'),
      limit: { atLeast: 0.9 },
    },
    { text: 'global fetch', value: cheaperThan('fetch'), limit: { atLeast: 7 } },
  ],
  async start(scale) {
    const sink = startChild('load/sink.ts');
    const ours = startChild('servers/webhooks.ts');
    const peer = startChild('peers/undici.ts');
    const origin = `http://127.0.0.1:${await sink.call<number>('listening')}`;
    await ours.call('register', `${origin}/hook`);
    const count = scale === 'quick' ? 1_000 : 3_000;
    const executions = scale === 'quick' ? 1 : 4;
    const counted = async (expected: number, cpu: Promise<number>): Promise<number> => {
      const microseconds = await cpu;
      const came = await sink.call<number>('received');
      if (came !== expected) throw new Error(`${came} of ${expected} webhooks came`);
      return microseconds / expected;
    };
    return {
      contenders: {
        ours: async () => {
          const done = await ours.call<{ cpu: number; deliveries: number }>('deliver', executions);
          return counted(done.deliveries, Promise.resolve(done.cpu));
        },
        sender: () => counted(count, ours.call('send', `${origin}/hook`, count, together)),
        dispatch: () => counted(count, peer.call('post', 'dispatch', origin, count, together)),
        fetch: () => counted(count, peer.call('post', 'fetch', origin, count, together)),
      },
      stop: () => endAll([sink, ours, peer]),
    };
  },
};
