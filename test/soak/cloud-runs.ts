import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { type Call, repeat } from '../crash/calls.ts';
import { withStatusFirst } from '../support/arrival.ts';
import { awslogs } from '../support/aws-shapes.ts';
import { arbitraryRun, type GeneratedRun } from '../support/runs.ts';
import type { Track } from './load.ts';

/** A run that happened on AWS: how its log must end, and everything its sources sent, in true order. */
export interface CloudRun extends Track {
  readonly items: readonly unknown[];
}

const isRecord = (source: unknown): boolean =>
  typeof source === 'object' && source !== null && 'event_timestamp' in source;

/** @param startedAt Epoch milliseconds; less than 14 days ago, or no source would open a log for it (S4). */
export function cloudRun(seed: number, id: string, express: boolean, startedAt: number): CloudRun {
  const workflow = express ? 'cloud-express' : 'cloud';
  const arbitrary = arbitraryRun({ workflow, id, express, startDate: startedAt });
  const [run] = fc.sample(arbitrary, { seed, numRuns: 1 }) as readonly GeneratedRun[];
  if (!run) throw new Error('no run was generated');
  const { status, errorName, finalAttempt } = run.expected;
  return {
    workflow,
    id,
    redriven: false,
    isEnded: (update) =>
      update.done &&
      update.status === status &&
      update.redriveCount === finalAttempt &&
      (update.error?.name ?? null) === errorName,
    items: run.sources.map((source) => (isRecord(source) ? awslogs([source]) : source)),
  };
}

/**
 * Sends a run as the sources may: in any order but for what binds the name, some of it twice, some of it seconds late. Resolves when all was
 * acknowledged; answers how many items were refused, which none may be.
 */
export async function sendShuffled(call: Call, { items }: CloudRun, random: () => number): Promise<number> {
  const mixed = [...items, ...items.filter(() => random() < 0.3)]
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
  const sent = withStatusFirst(mixed);
  const lateFrom = Math.floor(sent.length * (0.6 + 0.4 * random()));
  let refused = 0;
  for (let at = 0; at < sent.length; ) {
    const size = 1 + Math.floor(random() * 5);
    if (at < lateFrom && at + size >= lateFrom) await delay(random() * 3_000);
    refused += await send(call, sent.slice(at, at + size));
    at += size;
  }
  return refused;
}

/** The same again until it is acknowledged (S25); answers how many items were refused. */
export function send(call: Call, items: readonly unknown[]): Promise<number> {
  return repeat(async () => {
    const response = await call('POST', '/events', items);
    const answer = (await response.json()) as { readonly rejected?: readonly unknown[] };
    if (response.status !== 200) throw new Error(`/events answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer.rejected?.length ?? items.length;
  });
}
