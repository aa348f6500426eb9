import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Update } from '../../../core/contract.ts';
import { iterateAll } from '../support/collect.ts';
import { type Reply, realSubject, type Step, type Subject, testSubject } from './support/subject.ts';

let fake: Subject;
let real: Subject;
beforeAll(async () => {
  [fake, real] = await Promise.all([testSubject(), realSubject()]);
});
afterAll(() => Promise.all([fake.stop(), real.stop()]));

/** The same on both; what comes of it has to be equal. */
async function both<T>(run: (subject: Subject) => Promise<T>): Promise<T> {
  const expected = await run(real);
  expect(await run(fake)).toEqual(expected);
  return expected;
}

const takeAll = async (subject: Subject, id: string, steps: readonly Step[]) => {
  for (const step of steps) await subject.take(id, step);
};

/** Types instead of values, so that times and identities compare. */
function shape(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]));
}

const content = ({ epoch, cursor, startedAt, stoppedAt, occurredAt, recordedAt, ...rest }: Update) => ({
  ...rest,
  shape: shape({ epoch, cursor, startedAt, stoppedAt, occurredAt, recordedAt }),
});

/** An answer without its values; problems by their type. `detail` and `instance` are of the service's own. */
function answerShape({ status, headers, body }: Reply): unknown {
  const { detail, instance, ...problem } = body ?? {};
  return {
    status,
    headers: shape({ ...headers, 'content-type': undefined }),
    contentType: headers['content-type'],
    body: status >= 400 ? problem : shape(body),
  };
}

const failing: readonly Step[] = [
  ['start'],
  ['enter', 'ProcessPayment'],
  ['enter', 'ProcessPayment'],
  ['enter', 'CheckInventory'],
  ['progress', 50, 'Packing'],
  ['fail', 'CardDeclined', 'no funds'],
];
const redriven: readonly Step[] = [
  ['redrive'],
  ['progress', 60, 'Packing again'],
  ['enter', 'InitiateShipping'],
  ['succeed', { total: 7 }],
];

describe('the test service answers as the real one', () => {
  test('updates: the same sequence for the same run, over a failure, a redrive and a success', async () => {
    const updates = await both(async (subject) => {
      await takeAll(subject, 'run-1', [...failing, ...redriven]);
      return (await subject.ask('/status/orders/run-1/updates')).body.updates.map(content);
    });
    expect(updates).toHaveLength(9);
  });

  test.each<readonly Step[]>([
    [['enter', 'ProcessPayment'], ['abort']],
    [['start'], ['timeOut']],
    [['start'], ['abort']],
    [['start'], ['start'], ['succeed', { total: 1 }], ['succeed', { total: 1 }]],
  ])('updates: the same for %j', async (...steps) => {
    const id = `run-${JSON.stringify(steps).replace(/\W+/g, '-')}`.slice(0, 60);
    await both(async (subject) => {
      await takeAll(subject, id, steps);
      return (await subject.ask(`/status/orders/${id}/updates`)).body.updates.map(content);
    });
  });

  test('watch hands over the same, live', async () => {
    await both(async (subject) => {
      const client = subject.client();
      const { updates, watch } = iterateAll(client.watch('orders', 'run-2', { redrives: true }));
      await takeAll(subject, 'run-2', failing.slice(0, 2));
      await subject.until(() => expect(watch.getSnapshot().connection.channel).toBe('subscription'));
      await takeAll(subject, 'run-2', [...failing.slice(2), ...redriven]);
      await subject.until(() => expect(updates).toHaveLength(9));
      client.close();
      return updates.map(content);
    });
  });

  const log = '/status/orders/run-3';
  test.each<readonly [string, readonly Step[], (subject: Subject) => Promise<readonly Reply[]>]>([
    [
      'what does not exist',
      [],
      async ({ ask }) => [
        await ask(log),
        await ask(`${log}/updates`),
        await ask('/result/orders/run-3'),
        await ask('/no'),
      ],
    ],
    [
      'a run under way',
      failing.slice(0, 4),
      async ({ ask }) => {
        const first = await ask(log);
        const { cursor } = first.body;
        const etag = { 'if-none-match': String(first.headers.etag) };
        return [
          first,
          await ask(log, { headers: etag }),
          await ask(log, { headers: { 'if-none-match': '"other"' } }),
          await ask(`${log}/updates`),
          await ask(`${log}/updates?limit=1`),
          await ask(`${log}/updates?after=${cursor}`),
          await ask(`${log}/updates?after=${cursor}&limit=1000`),
          await ask('/result/orders/run-3'),
        ];
      },
    ],
    [
      'cursors that lead nowhere',
      [],
      async ({ ask }) => {
        const foreign = (await ask('/status/orders/run-1')).body.cursor;
        return [await ask(`${log}/updates?after=${foreign}`), await ask(`${log}/updates?after=none`)];
      },
    ],
    [
      'limits that are none',
      [],
      async ({ ask }) => [await ask(`${log}/updates?limit=0`), await ask(`${log}/updates?limit=1001`)],
    ],
    ['a failure', failing.slice(4), async ({ ask }) => [await ask(log), await ask('/result/orders/run-3')]],
    [
      'a success',
      redriven,
      async ({ ask }) => [await ask(log), await ask('/result/orders/run-3'), await ask(`${log}/updates?limit=9`)],
    ],
    [
      'tokens that are refused',
      [],
      async ({ ask }) => {
        const headers = { authorization: 'Bearer wrong' };
        return [await ask(log, { headers }), await ask('/executions/orders', { body: {}, headers })];
      },
    ],
    [
      'starts',
      [],
      async ({ ask }) => {
        const start = (body: object, key?: string) =>
          ask('/executions/orders', { body, ...(key && { headers: { 'idempotency-key': key } }) });
        const keyed = [await start({ input: {} }, '"k"'), await start({ input: {} }, '"k"')];
        expect(keyed[0]?.body.id).toBe(keyed[1]?.body.id);
        return [
          ...keyed,
          await start({ input: { other: 1 } }, '"k"'),
          await start({ id: 'mine', input: { orderId: '1' } }),
          await start({ id: 'mine' }),
          await start({ id: 'not a name' }),
        ];
      },
    ],
  ])('HTTP: %s', async (_, steps, ask) => {
    const shapes = await both(async (subject) => {
      await takeAll(subject, 'run-3', steps);
      return (await ask(subject)).map(answerShape);
    });
    expect(shapes.length).toBeGreaterThan(1);
  });

  test('discovery: polling and graphql-transport-ws look the same', async () => {
    const channels = await both(async ({ ask }) => {
      const { status, body } = await ask('/.well-known/statuswire', { headers: { authorization: '' } });
      const known = body.channels.filter(({ protocol }: { readonly protocol: string }) =>
        /^http$|transport/.test(protocol),
      );
      return { status, version: body.version, channels: known.map((each: object) => ({ ...each, url: 'url' })) };
    });
    expect(channels.channels).toHaveLength(2);
  });

  test('graphql-transport-ws: acknowledges, answers pings, pushes; refuses a bad token with 4403', async () => {
    const talks = await both(async (subject) => {
      const talk = (authorization: string) => {
        const socket = subject.socket();
        const heard: unknown[] = [];
        const send = (message: object) => socket.send(JSON.stringify(message));
        socket.addEventListener('open', () => send({ type: 'connection_init', payload: { authorization } }));
        socket.addEventListener('message', ({ data }) => {
          const message = JSON.parse(String(data));
          heard.push(message.type === 'next' ? shape(message) : message.type);
        });
        socket.addEventListener('close', ({ code }) => heard.push(code));
        return { heard, send, socket };
      };
      const good = talk(`Bearer ${subject.token}`);
      const bad = talk('Bearer wrong');
      await subject.until(() => expect([good.heard.length, bad.heard.length]).toEqual([1, 1]));
      const query =
        'subscription ($workflow: ID!, $id: ID) { statusChanged(workflow: $workflow, id: $id) { tenant workflow id epoch seq cursor kind status done state activeStates progress { percent message } output outputOmitted error { name cause } redriveCount startedAt stoppedAt occurredAt recordedAt } }';
      good.send({ type: 'subscribe', id: '1', payload: { query, variables: { workflow: 'orders', id: 'run-4' } } });
      good.send({ type: 'ping' });
      await subject.until(() => expect(good.heard).toHaveLength(2));
      // S17: nothing of what was before.
      await takeAll(subject, 'run-4', [['start'], ['progress', 10, 'Begun'], ['succeed', { total: 7 }]]);
      await subject.until(() => expect(good.heard).toHaveLength(5));
      good.send({ type: 'complete', id: '1' });
      good.socket.close(1000);
      return [good.heard.slice(0, 5), bad.heard];
    });
    expect([talks[0]?.slice(0, 2), talks[1]]).toEqual([['connection_ack', 'pong'], [4403]]);
  });
});
