import { endAll } from '../process/child.ts';
import type { Row } from '../row.ts';
import { type BroadcasterName, openAudience } from './broadcast.ts';

/** Their code is loaded with them. */
const first = 10;

/** A process of its own each time: memory that was freed before would count for nothing. */
async function perConnection(name: BroadcasterName, connections: number): Promise<number> {
  const audience = await openAudience(name);
  try {
    await audience.connect(first, 'own');
    const before = await audience.memory();
    // Ten less, because one key may have 10,000 sockets.
    const more = connections - first;
    await audience.connect(more, 'own');
    return ((await audience.memory()) - before) / more / 1_000;
  } finally {
    await endAll(audience.children);
  }
}

/** An idle subscription: a socket, a topic of its own. */
export const memory: Row = {
  name: 'memory',
  title: 'Memory of an idle subscription at 10,000 connections',
  unit: 'kB RSS, no forced collection',
  cold: true,
  goals: [{ text: 'kB per subscription', value: (measures) => measures.ours ?? Number.NaN, limit: { atMost: 14 } }],
  async start(scale) {
    const connections = scale === 'quick' ? 2_000 : 10_000;
    return {
      contenders: {
        ours: () => perConnection('ours', connections),
        'ws frame': () => perConnection('ws frame', connections),
      },
      stop: () => Promise.resolve(),
    };
  },
};
