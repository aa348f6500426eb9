import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { awslogs, historyRecord, progressEvent, startDate, statusChange } from '../../support/aws-shapes.ts';
import { samplesOf } from '../../support/metrics-text.ts';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';

let kit: ServiceKit;
const answers: number[] = [];
const receiver = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(answers.shift() ?? 200).end());
});

beforeAll(async () => {
  kit = await serviceKit({ rateLimit: 0, webhookSchedule: { delaysMs: [5], jitter: 0, maxHintMs: 0 } });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await kit.stop();
  receiver.close();
});

const metrics = async (): Promise<ReadonlyMap<string, number>> => samplesOf((await kit.call('/metrics')).body);

/** Asks until it is so; the test's own time-out is the bound. */
async function until(holds: (samples: ReadonlyMap<string, number>) => boolean): Promise<ReadonlyMap<string, number>> {
  for (;;) {
    const samples = await metrics();
    if (holds(samples)) return samples;
  }
}

describe('GET /metrics', () => {
  it('S24: is for the scope admin', async () => {
    const { body } = await kit.call('/keys', { body: { tenant: 'default', scopes: ['read'], label: 'reader' } });
    expect(await kit.call('/metrics', { credential: null })).toMatchObject({ status: 401 });
    expect(await kit.call('/metrics', { credential: body.key })).toMatchObject({ status: 403 });
    const { status, headers } = await kit.call('/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  it('counts one order over all channels, from its facts to its webhook attempts', async () => {
    answers.push(503);
    const { port } = receiver.address() as AddressInfo;
    const hook = { url: `http://127.0.0.1:${port}/hook`, filter: { workflows: ['orders'] } };
    await kit.call('/webhooks', { body: hook });
    const before = await metrics();
    const client = createClient({
      url: `${kit.service.url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${kit.service.apiKey}` },
    });
    const updates = client.iterate({ query: 'subscription { statusChanged(workflow: "orders") { seq done } }' });
    const first = updates.next();
    await until((samples) => samples.get('statuswire_subscriptions') === 1);
    await kit.call('/executions/orders', { body: { id: 'm-1', input: {} } });
    await first;

    const sent = 'statuswire_webhook_attempts_total{outcome="2xx"}';
    const last = async () => (await kit.updatesOf('orders', 'm-1')).at(-1);
    for (let update = await last(); !update?.done; update = await last());
    const count = (await kit.updatesOf('orders', 'm-1')).length;
    const after = await until((samples) => (samples.get(sent) ?? 0) >= count);
    const grown = (name: string): number => (after.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN);

    const kinds = ['status', 'state', 'progress'];
    const committed = kinds.map((kind) => grown(`statuswire_updates_committed_total{kind="${kind}"}`));
    expect(committed.every((kind) => kind > 0)).toBe(true);
    expect(committed.reduce((sum, kind) => sum + kind)).toBe(count);
    expect(kinds.map((kind) => grown(`statuswire_update_lag_seconds_count{kind="${kind}"}`))).toEqual(committed);
    expect(grown('statuswire_facts_total{outcome="news"}')).toBeGreaterThanOrEqual(count);
    expect(grown('statuswire_webhook_attempts_total{outcome="5xx"}')).toBe(1);
    expect(grown(sent)).toBe(count);
    expect(grown('statuswire_webhook_attempt_seconds_count')).toBe(count + 1);
    expect(grown('statuswire_subscription_updates_total{outcome="delivered"}')).toBe(count);
    expect(grown('statuswire_commit_seconds_count')).toBeGreaterThan(0);
    expect(grown('statuswire_group_seconds_count')).toBe(grown('statuswire_group_works_count'));
    expect(grown('statuswire_group_works_sum')).toBeGreaterThanOrEqual(count);
    const accepted = 'statuswire_http_requests_total{method="POST",route="/executions/:workflow",status="202"}';
    expect(after.get(accepted)).toBe(1);
    expect(after.get('statuswire_sockets')).toBe(1);
    expect(after.get('statuswire_database_bytes{file="database"}')).toBeGreaterThan(0);
    expect(after.get('process_resident_memory_bytes')).toBeGreaterThan(0);
    await client.dispose();
  });

  it('counts what comes by POST /events by source and outcome, and dead letters', async () => {
    const before = await metrics();
    await kit.call('/events', {
      body: [
        statusChange({ workflow: 'cloud', id: 'e-1' }),
        statusChange({ workflow: 'cloud', id: 'e-1', status: 'UNHEARD_OF' }),
        progressEvent({ workflow: 'cloud', id: 'e-1', percent: 10, at: startDate + 2_000 }),
        { awslogs: { data: 'nothing' } },
        { 'detail-type': 'made-up-by-a-caller' },
      ],
    });
    const after = await metrics();
    const grown = (name: string): number => (after.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN);
    const items = (source: string, outcome: string) =>
      grown(`statuswire_ingest_items_total{source="${source}",outcome="${outcome}"}`);
    expect(items('status', 'accepted')).toBe(1);
    expect(items('status', 'rejected')).toBe(1);
    expect(items('progress', 'accepted')).toBe(1);
    expect(items('history', 'rejected')).toBe(1);
    expect(items('unknown', 'rejected')).toBe(1);
    expect(grown('statuswire_dead_letters_total{source="events"}')).toBe(3);
    expect(after.get('statuswire_dead_letters')).toBe(3);
  });

  it('S2: Express runs of one name that overlap: the end of the earlier one is dropped, and counted', async () => {
    const of = (uuid: string, type: string, historyId: number, at: number) =>
      historyRecord({
        executionArn: `arn:aws:states:eu-west-1:111122223333:express:quick:nightly:${uuid}`,
        type,
        historyId,
        at,
      });
    const olderRuns = async () => (await metrics()).get('statuswire_facts_total{outcome="olderRun"}') ?? Number.NaN;
    const before = await olderRuns();
    const start = Date.now() - 10_000;
    for (const record of [
      of('u1', 'ExecutionStarted', 1, start),
      of('u2', 'ExecutionStarted', 1, start + 2_000),
      of('u1', 'ExecutionFailed', 5, start + 3_000),
    ]) {
      await kit.call('/events', { body: awslogs([record]) });
    }
    expect((await kit.call('/status/quick/nightly')).body).toMatchObject({ status: 'RUNNING' });
    expect((await olderRuns()) - before).toBe(1);
  });

  it('what a caller chooses is in no label: the series stay the same', async () => {
    await kit.call('/nowhere/1');
    await kit.call('/status/orders/none');
    const before = [...(await metrics()).keys()];
    for (const [name, method] of [
      ['a', 'PROPFIND'],
      ['b', 'LOCK'],
      ['c', 'MKCOL'],
    ] as const) {
      await kit.call(`/nowhere/${name}`);
      await kit.call(`/status/${name}/${name}`);
      await kit.call(`/events`, { body: { 'detail-type': name } });
      await kit.call('/executions/orders', { body: { id: `series-${name}` } });
      await kit.call('/healthz', { method });
    }
    const fresh = [...(await metrics()).keys()].filter((name) => !before.includes(name));
    const counted = fresh.filter((name) => !name.startsWith('nodejs_') && !/_bucket|_sum|_count/.test(name));
    for (const name of counted) expect(name).toMatch(/^statuswire_http_requests_total\{/);
    expect(fresh.join('\n')).not.toMatch(/series-|\/[abc]\b|PROPFIND|LOCK|MKCOL/);
    expect((await metrics()).get('statuswire_http_requests_total{method="other",route="none",status="405"}')).toBe(3);
  });
});
