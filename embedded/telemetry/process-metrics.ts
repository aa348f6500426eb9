import { collectDefaultMetrics, Registry } from 'prom-client';

let shared: Registry | null = null;

/**
 * CPU, memory, file descriptors, event loop and garbage collection of this process (prom-client's default metrics).
 * One registry for the process, however many services run in it: the observers behind it cannot be taken back.
 */
export function processMetrics(): Registry {
  if (!shared) {
    shared = new Registry();
    collectDefaultMetrics({ register: shared });
  }
  return shared;
}
