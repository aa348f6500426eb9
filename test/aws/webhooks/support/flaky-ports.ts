import type { Deliveries, Endpoints, Log } from '../../../../core/ports.ts';
import type { World } from './queue-model.ts';

interface Ports {
  readonly log: Log;
  readonly endpoints: Endpoints;
  readonly deliveries: Deliveries;
}

/** Ports that fail as a table does to a Lambda: throttled before a write, cut off after it, or killed in between. */
export function flakyPorts({ log, endpoints, deliveries }: Ports, world: World): Ports {
  const before = (probability: number) => {
    if (world.random() < probability) throw new Error('injected: throttled');
  };
  async function flaky<T>(work: () => Promise<T>): Promise<T> {
    before(0.03);
    const result = await work();
    before(0.03);
    return result;
  }
  return {
    log: { ...log, load: (keys) => flaky(() => log.load(keys)), read: (...args) => flaky(() => log.read(...args)) },
    endpoints: { ...endpoints, of: (tenants) => flaky(() => endpoints.of(tenants)) },
    deliveries: {
      ...deliveries,
      wake: (...args) => flaky(() => deliveries.wake(...args)),
      claim: (...args) => flaky(() => deliveries.claim(...args)),
      advance: (...args) => flaky(() => deliveries.advance(...args)),
      release: (...args) => flaky(() => deliveries.release(...args)),
    },
  };
}
