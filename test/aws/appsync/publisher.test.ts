import { parse } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { createAppsyncPublisher } from '../../../aws/appsync/publisher.ts';
import type { Update } from '../../../core/contract.ts';
import { createPublished } from '../../../handlers/graphql/appsync/published.ts';
import { createRandom } from '../../contract/support/clock.ts';
import { type Respond, startReceiver } from '../../handlers/egress/receiver.ts';
import { schema } from '../../handlers/graphql/support.ts';
import { updateOf, updatesOf } from '../../handlers/webhooks/bench.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const published = { data: { publishStatus: { seq: 1 } } };
const throttled = { data: null, errors: [{ errorType: 'ThrottlingException', message: 'slow down' }] };
const unauthorized = { data: { publishStatus: null }, errors: [{ errorType: 'Unauthorized', message: 'no' }] };

/** An AppSync that answers in turn, and the last for ever; `null` hangs. */
async function stage(...answers: readonly (readonly [status: number, body: object | string] | null)[]) {
  let count = 0;
  const waiting: (() => void)[] = [];
  const respond: Respond = (response) => {
    const answer = answers[Math.min(count, answers.length - 1)];
    count += 1;
    for (const wake of waiting.splice(0)) wake();
    if (!answer) return;
    const [status, body] = answer;
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = await startReceiver(respond);
  closers.push(server.close);
  const failures: (readonly [number, string])[] = [];
  const publisher = createAppsyncPublisher({
    url: `${server.origin}/graphql`,
    sign: async () => ({ authorization: 'AWS4-HMAC-SHA256 x', 'content-type': 'application/json' }),
    onFailed: (...failure) => failures.push(failure),
    random: () => 0.01,
    timeoutMs: 200,
  });
  return {
    server,
    failures,
    requested: () => new Promise<void>((resolve) => void waiting.push(resolve)),
    publish: (updates: readonly Update[], signal = new AbortController().signal) => publisher(updates, signal),
    seqs: () => server.received.map(({ body }): number => JSON.parse(body).variables.update.seq),
  };
}

describe('publishing to AppSync', () => {
  it('S27: signs a mutation that selects every field, output as JSON text', async () => {
    const { server, publish, failures } = await stage([200, published]);
    const update = updateOf(1, { status: 'SUCCEEDED', output: { total: 42 } });
    await publish([update]);
    const [request] = server.received;
    const { query, variables } = JSON.parse(request?.body ?? '');
    expect([request?.url, request?.headers.authorization]).toEqual(['/graphql', 'AWS4-HMAC-SHA256 x']);
    expect(variables).toEqual({ update: { ...update, output: '{"total":42}' } });
    expect(parse(query).definitions).toHaveLength(1);
    expect(createPublished(schema, query)(update)).toEqual(update);
    expect(failures).toEqual([]);
  });

  it('G3: updates of one execution go one after the other, of several at once', async () => {
    const { publish, seqs } = await stage([500, 'broken'], [200, published]);
    await publish(updatesOf(1, 5));
    expect(seqs()).toEqual([1, 1, 2, 3, 4, 5]);
  });

  it.each([
    ['errors inside HTTP 200', 200, throttled],
    ['status 429', 429, { errors: [{ errorType: 'TooManyRequestsException' }] }],
    ['status 503 without JSON', 503, '<html>'],
    ['status 200 cut off', 200, '{"data":{"publ'],
  ])('G8: %s counts as not published', async (_name, status, body) => {
    const { publish, failures, seqs } = await stage([status, body]);
    await publish([updateOf(1)]);
    expect(failures).toHaveLength(1);
    expect(failures[0]?.[0]).toBe(1);
    expect(seqs().length).toBe(body === '{"data":{"publ' ? 1 : 3);
  });

  it('throttling passes: the update is tried again, three times in all', async () => {
    const { publish, failures, seqs } = await stage([200, throttled], [429, {}], [200, published]);
    await publish([updateOf(1)]);
    expect([seqs(), failures]).toEqual([[1, 1, 1], []]);
  });

  it('what is refused for good is not tried again, and the next update is', async () => {
    const { publish, failures, seqs } = await stage([200, unauthorized], [200, published]);
    await publish(updatesOf(1, 2));
    expect([seqs(), failures]).toEqual([[1, 2], [[1, 'status 200, Unauthorized']]]);
  });

  it('a mutation that answers null published nothing', async () => {
    const { publish, failures } = await stage([200, { data: { publishStatus: null } }]);
    await publish([updateOf(1)]);
    expect(failures).toEqual([[1, 'status 200, no data']]);
  });

  it('G8: a request that hangs is given up, a dead server counted', async () => {
    const { publish, failures, server } = await stage(null, [200, published]);
    await publish([updateOf(1)]);
    expect(failures).toEqual([]);
    await server.close();
    await publish(updatesOf(1, 2));
    expect(failures).toEqual([[2, 'ECONNREFUSED']]);
  });

  it('G8: ends at once when its time is over, and counts what is left', async () => {
    const { publish, failures, requested, seqs } = await stage(null);
    const bound = new AbortController();
    const under = requested();
    const ended = publish(updatesOf(1, 3), bound.signal);
    await under;
    bound.abort();
    await ended;
    expect(seqs()).toEqual([1]);
    expect(failures.map(([count]) => count)).toEqual([3]);
  });

  it('S15: an update over AppSync’s 240 KB goes without its output', async () => {
    const { publish, server } = await stage([200, published]);
    await publish([updateOf(1, { output: '"'.repeat(100_000) }), updateOf(2, { output: 'x'.repeat(100_000) })]);
    const updates = server.received.map(({ body }) => JSON.parse(body).variables.update);
    expect(updates.map(({ output, outputOmitted }) => [output === null, outputOmitted])).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it.each([1, 2, 3])(
    'seeded faults, %s: every update is either published or counted, and each execution ascends',
    async (seed) => {
      const random = createRandom(`appsync ${seed}`);
      const out: { readonly id: string; readonly seq: number }[] = [];
      const server = await startReceiver((response, { body }) => {
        const { id, seq } = JSON.parse(body).variables.update;
        const fate = random();
        if (fate < 0.1) return void response.destroy();
        if (fate < 0.2) return void response.writeHead(429).end();
        if (fate < 0.3) return void response.writeHead(200).end(JSON.stringify(throttled));
        if (fate < 0.4) return void response.writeHead(200).end(JSON.stringify(unauthorized));
        out.push({ id, seq });
        response.end(JSON.stringify(published));
      });
      closers.push(server.close);
      let failed = 0;
      const publish = createAppsyncPublisher({
        url: server.origin,
        sign: async () => ({}),
        onFailed: (count) => {
          failed += count;
        },
        random: () => 0,
      });
      const ids = ['a', 'b', 'c', 'd', 'e'];
      const updates = updatesOf(1, 20).flatMap((update) => ids.map((id) => ({ ...update, id })));
      await publish(updates, new AbortController().signal);
      expect(out.length + failed).toBe(updates.length);
      expect(failed).toBeGreaterThan(0);
      for (const id of ids) {
        const seqs = out.filter((one) => one.id === id).map(({ seq }) => seq);
        expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      }
    },
  );
});
