import type { Update } from '../../core/contract.ts';
import { type Call, repeat } from '../crash/calls.ts';
import type { WebhookReader } from '../crash/readers.ts';
import { samplesOf } from '../support/metrics-text.ts';
import type { Logs } from './check-ends.ts';
import { faultsOfGone, type Gone, goneFrom } from './gone.ts';
import { faultsOfSubscribers } from './gone-subscribers.ts';
import type { Track } from './load.ts';
import type { RawOptions } from './raw-sockets.ts';

/** Of many, so many are asked for in every way: each takes some twenty requests. */
const most = 60;
const some = (gone: readonly Gone[]): readonly Gone[] =>
  gone.filter((_, index) => index % Math.ceil(gone.length / most) === 0);

/** What had ended before the days passed. Marks it. */
export function expire(tracks: readonly Track[], logs: Logs, partners: readonly WebhookReader[]): readonly Gone[] {
  return tracks.flatMap((track) => {
    const log = logs.get(`${track.workflow}/${track.id}`);
    if (!log || track.gone) return [];
    track.gone = true;
    return [goneFrom(track, log, partners)];
  });
}

export async function faultsOfSome(call: Call, gone: readonly Gone[]): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const one of some(gone)) faults.push(...(await faultsOfGone(call, one)));
  return faults;
}

/**
 * After their late facts have come: nobody can read them, subscribers hear nothing, lists show none of them, no partner
 * got more of them, and the late facts are counted as dropped (S4).
 */
export async function faultsOfAllGone(
  call: Call,
  access: Pick<RawOptions, 'url' | 'token'>,
  gone: readonly Gone[],
  partners: readonly WebhookReader[],
  now: number,
): Promise<{ readonly faults: readonly string[]; readonly dropped: number }> {
  const faults: string[] = [];
  const before = await countDropped(call);
  faults.push(...(await faultsOfSubscribers(call, some(gone), access, now)));
  const dropped = (await countDropped(call)) - before;
  if (dropped < some(gone).length)
    faults.push(`of ${some(gone).length} with late facts, ${dropped} facts were dropped`);
  faults.push(...(await faultsOfSome(call, gone)));
  const names = new Set(gone.map(({ workflow, id }) => `${workflow}/${id}`));
  for await (const { workflow, id } of listed(call))
    if (names.has(`${workflow}/${id}`)) faults.push(`gone, but ${workflow}/${id} is listed`);
  for (const { workflow, id, taken } of gone) {
    const seqs = partners.map((partner) => partner.taken.get(`${workflow}/${id}`));
    if (seqs.some((seq, index) => seq !== taken[index])) faults.push(`gone, but ${workflow}/${id} came by webhook`);
  }
  return { faults, dropped };
}

async function countDropped(call: Call): Promise<number> {
  const text = await repeat(async () => (await call('GET', '/metrics')).text());
  return samplesOf(text).get('statuswire_facts_total{outcome="gone"}') ?? 0;
}

async function* listed(call: Call): AsyncGenerator<Update> {
  for (let after = ''; ; ) {
    const response = await call('GET', `/executions?limit=100${after}`);
    const page = (await response.json()) as { readonly executions: readonly Update[]; readonly next: string | null };
    yield* page.executions;
    if (page.next === null) return;
    after = `&after=${page.next}`;
  }
}
