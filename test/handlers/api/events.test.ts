import { beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';

let kit: ApiKit;
let key: string;
beforeEach(async () => {
  kit = await apiKit();
  key = await kit.key({ scopes: ['ingest'] });
});

const event = { 'detail-type': 'Step Functions Execution Status Change', detail: { input: null, surprise: [1] } };
const payload = { awslogs: { data: 'H4sI' } };

describe('S25: POST /events', () => {
  it.each([
    ['one event, as an API destination sends it', event, [event]],
    ['a CloudWatch Logs subscription payload', payload, [payload]],
    ['a list of both', [event, payload], [event, payload]],
    ['a list with what is no event', [1, null, 'x', []], [1, null, 'x', []]],
    ['an empty list', [], []],
  ])('hands on %s as it is', async (_what, body, items) => {
    expect((await kit.post('/events', key, body)).status).toBe(200);
    expect(kit.ingested).toEqual([items]);
  });

  it('keeps a member named __proto__ what it is: data', async () => {
    await kit.post('/events', key, '{"__proto__":{"a":1},"b":2}');
    expect(JSON.stringify(kit.ingested)).toBe('[[{"__proto__":{"a":1},"b":2}]]');
  });

  it('answers after the commit, each bad one with its reason', async () => {
    const commit = Promise.withResolvers<void>();
    const answer = { accepted: 1, rejected: [{ index: 1, reason: 'unknown status' }] };
    kit.ingestAnswer = () => commit.promise.then(() => answer);
    let answered = false;
    const request = kit.post('/events', key, [event, {}]).finally(() => {
      answered = true;
    });
    await eventually(() => expect(kit.ingested.length).toBe(1));
    expect(answered).toBe(false);
    commit.resolve();
    const response = await request;
    expect([response.status, await response.json()]).toEqual([200, answer]);
  });

  it('is 503 with an id when not all could be committed', async () => {
    kit.ingestAnswer = () => Promise.reject(new Error('disk full: /secret/path'));
    const answer = await kit.post('/events', key, event);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('Retry-After')).toBe('1');
    const text = await answer.text();
    expect(text).not.toContain('disk');
    const { type, instance } = JSON.parse(text);
    expect(type).toBe('urn:statuswire:problem:unavailable');
    expect(instance).toBe(`urn:statuswire:error:${kit.reported[0]?.errorId}`);
  });

  it('takes 1 MiB and 1,000 events', async () => {
    const body = JSON.stringify(Array(1_000).fill(1)).padEnd(2 ** 20);
    expect((await kit.post('/events', key, body)).status).toBe(200);
    expect((await kit.post('/events', key, `${body} `)).status).toBe(413);
  });
});
