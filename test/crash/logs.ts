import type { Update } from '../../core/contract.ts';
import { type Call, patienceMs, repeat } from './calls.ts';

/** A log with the statuses of its updates, as a line to be read by a person. */
export const lineOf = (name: string, log: readonly Update[]): string =>
  `${name}: ${log.map(({ seq, status, redriveCount }) => `${seq} ${status}${redriveCount || ''}`).join(', ')}`;

/** G4: from 1, without a gap, of one epoch. */
export function isContiguous(log: readonly Update[]): boolean {
  return log.length > 0 && log.every((update, index) => update.seq === index + 1 && update.epoch === log[0]?.epoch);
}

/** Reads the whole log by cursor, again and again until it `isEnded`. */
export async function readToEnd(
  call: Call,
  workflow: string,
  id: string,
  isEnded: (last: Update) => boolean = (last) => last.done,
  withinMs = patienceMs,
): Promise<readonly Update[]> {
  return repeat(async () => {
    const log: Update[] = [];
    for (let after = ''; ; ) {
      const response = await call('GET', `/status/${workflow}/${id}/updates?limit=1000${after}`);
      const page = (await response.json()) as {
        readonly updates?: readonly Update[];
        readonly next?: string;
        readonly more?: boolean;
      };
      log.push(...(page.updates ?? []));
      if (!page.more) break;
      after = `&after=${page.next}`;
    }
    const last = log.at(-1);
    return last && isEnded(last) ? log : null;
  }, withinMs);
}
