import type { Row } from '../row.ts';
import { endToEnd } from './end-to-end.ts';
import { bursts, fanOut, manyTopics } from './fan-out.ts';
import { subscriberGrowth } from './growth.ts';
import { ingestHundred, ingestOne, logGrowth } from './ingest.ts';
import { memory } from './memory.ts';
import { statusFound, statusUnchanged } from './status.ts';
import { webhooks } from './webhooks.ts';

export const rows: readonly Row[] = [
  fanOut,
  manyTopics,
  bursts,
  memory,
  subscriberGrowth,
  statusFound,
  statusUnchanged,
  ingestOne,
  ingestHundred,
  logGrowth,
  webhooks,
  endToEnd,
];
