import type { Update } from '../../core/contract.ts';
import { executionArn, localPlace, machineArn } from '../../embedded/runner/place.ts';
import { type Call, repeat } from '../crash/calls.ts';
import { readToEnd } from '../crash/logs.ts';
import type { WebhookReader } from '../crash/readers.ts';
import { statusChange } from '../support/aws-shapes.ts';
import { send } from './cloud-runs.ts';
import type { Track } from './load.ts';

/** An execution that was forgotten or has expired: nothing may ever be seen of it again (S4). */
export interface Gone {
  readonly workflow: string;
  readonly id: string;
  /** Into its log, as a reader held it. */
  readonly cursor: string;
  /** What its sources may still send. */
  readonly late: readonly unknown[];
  /** What each partner had got of it when it went. */
  readonly taken: readonly (number | undefined)[];
}

/** The same from its sources once more, and of a local run the event that AWS would send. */
function lateFacts({ workflow, id, items }: Track, last: Update): readonly unknown[] {
  if (items) return items;
  const detail = {
    executionArn: executionArn(localPlace, workflow, id),
    stateMachineArn: machineArn(localPlace, workflow),
  };
  const startDate = Date.parse(last.startedAt ?? '');
  // Account and region as the runner's ARNs have them, or it would be a stranger's event and told nothing.
  return [{ ...statusChange({ workflow, id, status: 'FAILED', startDate, detail }), ...localPlace }];
}

export function goneFrom(track: Track, log: readonly Update[], partners: readonly WebhookReader[]): Gone {
  const last = log.at(-1);
  if (!last) throw new Error(`${track.workflow}/${track.id} had no log`);
  const { workflow, id } = track;
  return {
    workflow,
    id,
    cursor: log[0]?.cursor ?? last.cursor,
    late: lateFacts(track, last),
    taken: partners.map(({ taken }) => taken.get(`${workflow}/${id}`)),
  };
}

/** Waits for its end and for every partner, then forgets it. The answer to a request repeated over a kill may be 404. */
export async function forgetOnce(call: Call, track: Track, partners: readonly WebhookReader[]): Promise<Gone> {
  const { workflow, id } = track;
  const log = await readToEnd(call, workflow, id, track.isEnded);
  await repeat(async () => partners.every(({ taken }) => taken.get(`${workflow}/${id}`) === log.length) || null);
  track.gone = true;
  const gone = goneFrom(track, log, partners);
  await repeat(async () => {
    const response = await call('DELETE', `/executions/${workflow}/${id}`);
    if (response.status !== 204 && response.status !== 404) throw new Error(`forget answered ${response.status}`);
    return true;
  });
  return gone;
}

/** Every way to ask for it, and the answers that are not 404 (S4, S26), at once and after its late facts. */
export async function faultsOfGone(call: Call, gone: Gone): Promise<readonly string[]> {
  const before = await seenOf(call, gone);
  const refused = await send(call, gone.late);
  return [...before, ...(await seenOf(call, gone)), ...(refused > 0 ? [`${gone.id}: late facts were refused`] : [])];
}

async function seenOf(call: Call, { workflow, id, cursor }: Gone): Promise<readonly string[]> {
  const seen: string[] = [];
  const expect = (expected: number, ...request: Parameters<Call>): Promise<boolean> =>
    repeat(async () => {
      const { status, body } = await call(...request);
      await body?.cancel();
      if (status === 429) throw new Error('asked too often');
      if (status !== expected) seen.push(`gone, but ${request[0]} ${request[1]} answers ${status}`);
      return true;
    });
  const [path, run] = [`/status/${workflow}/${id}`, `/executions/${workflow}/${id}`];
  await expect(404, 'GET', path);
  // Held, it would end in the caller's time-out.
  await expect(404, 'GET', `${path}?wait=20`, undefined, { 'if-none-match': '"x"' });
  await expect(404, 'GET', `${path}/updates`);
  await expect(404, 'GET', `${path}/updates?wait=20&after=${cursor}`);
  await expect(404, 'GET', `/result/${workflow}/${id}`);
  await expect(404, 'DELETE', run);
  await expect(404, 'POST', `${run}/redrive`);
  // The name stays taken.
  if (!workflow.startsWith('cloud')) await expect(409, 'POST', `/executions/${workflow}`, { id, input: {} });
  const query = `{ status(workflow: "${workflow}", id: "${id}") { seq } }`;
  const answer = await repeat(async () => (await call('POST', '/graphql', { query })).text());
  if (answer !== '{"data":{"status":null}}') seen.push(`gone, but GraphQL answers ${answer}`);
  return seen;
}
