import { pino } from 'pino';
import { startService } from '../../embedded/service/service.ts';
import { serveCalls } from '../process/calls.ts';
import { startCpu } from '../process/cpu.ts';
import { temporaryFolder } from './folder.ts';

/** The whole service, as `statuswire serve` starts it. */
const service = await startService({
  dataFolder: temporaryFolder(),
  port: 0,
  webhookAllow: ['127.0.0.1/32'],
  // The bound of a caller is looked at as ever, but is above what this load asks.
  rateLimit: 10_000_000,
  logger: pino({ level: 'warn' }),
});
let cpu = startCpu();

serveCalls({
  listening: () => ({ port: Number(new URL(service.url).port), apiKey: service.apiKey }),
  startCpu: () => {
    cpu = startCpu();
  },
  cpu: () => cpu(),
});
