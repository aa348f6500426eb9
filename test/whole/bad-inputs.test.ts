import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { problemTypes } from '../../core/problems.ts';
import { type Call, caller, insist } from '../crash/calls.ts';
import { type CrashableServer, crashableServer } from '../crash/server.ts';
import { statusChange } from '../support/aws-shapes.ts';
import { eventually } from '../support/eventually.ts';
import { answersTo } from './bad-inputs/connect-raw.ts';
import { badEvents } from './bad-inputs/events.ts';
import { absentIds, badQueries, noRequests } from './bad-inputs/graphql.ts';
import { type HeartBeat, pulse, startHeartBeat } from './bad-inputs/heart-beat.ts';
import { rawBytes } from './bad-inputs/raw-bytes.ts';
import { badRequests } from './bad-inputs/requests.ts';
import { type BadMessages, badMessages, oddOrders } from './bad-inputs/sockets.ts';

const dataFolder = mkdtempSync(join(tmpdir(), 'statuswire-bad-'));
const apiKey = 'sw_bad_0123456789abcdef0123456789';
let server: CrashableServer;
let call: Call;
let heart: HeartBeat;
let pid: number | undefined;

beforeAll(async () => {
  server = await crashableServer({ dataFolder, apiKey, timeScale: 0.1 });
  await server.start();
  pid = server.pid();
  call = caller(server.url, apiKey);
  heart = await startHeartBeat(server.url, apiKey, call);
});
afterAll(async () => {
  await server.kill();
  rmSync(dataFolder, { recursive: true, force: true });
});

describe('G10: a bad request over HTTP gets its documented problem', () => {
  it.each(badRequests)('$what: $problem', async ({ path, problem, credential, method = 'GET', headers, body }) => {
    const authorization =
      credential === undefined
        ? { authorization: `Bearer ${apiKey}` }
        : credential === null
          ? {}
          : { authorization: credential };
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: { ...authorization, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const { title, status } = problemTypes[problem];
    const text = await answer.text();
    expect({ status: answer.status, text }).toMatchObject({ status });
    expect(JSON.parse(text)).toMatchObject({ type: `urn:statuswire:problem:${problem}`, title, status });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(text).not.toMatch(/node_modules|\.ts:\d/);
  });
});

describe('G10: bytes that are no proper request end that connection and nothing else', () => {
  it.each(rawBytes)('$what: $answers', async ({ bytes, answers }) => {
    const sent = typeof bytes === 'string' ? bytes.replaceAll('KEY', apiKey) : bytes;
    expect(await answersTo(server.url, sent, answers.length)).toEqual(answers);
  });
});

describe('S25: a bad event is answered with its reason, and the good one beside it is taken', () => {
  it.each(badEvents)('%s', async (what, item) => {
    const good = statusChange({ workflow: 'beside', id: `good-${Math.abs(JSON.stringify(item).length)}` });
    const response = await call('POST', '/events', [item, good]);
    const answer = await response.json();
    expect(response.status).toBe(200);
    expect({ what, answer }).toMatchObject({
      answer: { accepted: 1, rejected: [{ index: 0, reason: expect.any(String) }] },
    });
  });
});

describe('bad GraphQL over HTTP', () => {
  it.each(noRequests)('%s is 400', async (_, body) => {
    const response = await call('POST', '/graphql', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.any(String) }] });
  });

  it.each(badQueries)('%s', async (_, query, code) => {
    const response = await call('POST', '/graphql', { query });
    const { errors } = (await response.json()) as { errors: { message: string; extensions?: { code?: string } }[] };
    expect(response.status).toBe(200);
    expect(errors[0]?.extensions?.code ?? null).toBe(code);
    expect(errors.length).toBeLessThanOrEqual(21);
  });
});

describe('S26: names that nothing can have are answered like what does not exist', () => {
  it.each(absentIds)('%j', async (id) => {
    const query = 'query ($id: ID!) { status(workflow: "orders", id: $id) { seq } }';
    const response = await call('POST', '/graphql', { query, variables: { id } });
    expect(await response.json()).toEqual({ data: { status: null } });
  });
});

async function connected(admitted: boolean): Promise<WebSocket> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => undefined);
  await once(socket, 'open');
  if (admitted) {
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: apiKey } }));
    await once(socket, 'message');
  }
  return socket;
}

/** The code that the server closes with. */
async function closeCodeOf({ admitted, messages }: Pick<BadMessages, 'admitted' | 'messages'>): Promise<number> {
  const socket = await connected(admitted);
  const closed = once(socket, 'close');
  for (const message of messages) {
    if (typeof message === 'string') socket.send(message);
    // Frames that the library would refuse to send.
    else (socket as unknown as { readonly _socket: Socket })._socket.write(message);
  }
  return (await closed)[0];
}

describe('G10: bad messages on the WebSocket close it with the documented code', () => {
  it.each(badMessages)('$what: $code', async ({ code, ...said }) => {
    expect(await closeCodeOf(said)).toBe(code);
  });
});

describe('G10: messages in an order that is odd, and allowed, disturb nothing on the same socket', () => {
  it.each(oddOrders)('$what', async ({ admitted, messages }) => {
    const socket = await connected(admitted);
    const said: { readonly type: string; readonly id?: string }[] = [];
    socket.on('message', (data) => said.push(JSON.parse(String(data))));
    for (const message of messages) socket.send(String(message).replace('KEY', apiKey));
    if (!admitted) await eventually(() => expect(said.map(({ type }) => type)).toEqual(['pong', 'connection_ack']));
    socket.send(JSON.stringify({ id: 'after', type: 'subscribe', payload: { query: pulse } }));
    await eventually(() => expect(said.some((one) => one.type === 'next' && one.id === 'after')).toBe(true));
    expect(said.filter(({ type }) => type === 'error' || type === 'complete')).toEqual([]);
    socket.terminate();
  });
});

describe('G8: many who misbehave at the same moment', () => {
  it('get their answers, and the reader beside them waits for nobody', async () => {
    const from = heart.seqs.length;
    const quick = badMessages.filter(({ code }) => code !== 4408);
    /** What the reader got while the others were still being answered. */
    const during = new Set<number>();
    for (let round = 0; round < 3 || during.size === 0; round += 1) {
      const before = heart.seqs.length;
      const [codes, statuses] = await Promise.all([
        Promise.all(quick.map(closeCodeOf)),
        Promise.all(
          badRequests.map(async ({ path, method = 'GET', headers, body }) => {
            const init = { method, ...(headers ? { headers } : {}), ...(body === undefined ? {} : { body }) };
            const { status } = await fetch(`${server.url}${path}`, init);
            return status;
          }),
        ),
      ]);
      for (const seq of heart.seqs.slice(before)) during.add(seq);
      expect(codes).toEqual(quick.map(({ code }) => code));
      // None has a credential here, so none gets further than that.
      expect(statuses.filter((status) => status < 400 || status >= 500)).toEqual([]);
    }
    expect(during.size).toBeGreaterThan(0);
    await eventually(() => expect(heart.seqs.length).toBeGreaterThan(from + 5));
  });
});

describe('G8, G10: afterwards', () => {
  it('what was strange but allowed is taken as it is', async () => {
    const inputs = ['{"__proto__":{"polluted":true}}', '{"total":1e400}', '{"a":"\\ud800"}', '{"a":"\\u0000"}', '-0'];
    for (const [index, input] of inputs.entries()) {
      const response = await fetch(`${server.url}/executions/orders`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: `{"id":"strange-${index}","input":${input}}`,
      });
      expect(response.status).toBe(202);
    }
    for (const index of inputs.keys()) {
      const update = async (): Promise<unknown> => (await call('GET', `/status/orders/strange-${index}`)).json();
      await eventually(async () => expect(await update()).toMatchObject({ done: true, status: 'SUCCEEDED' }));
    }
  });

  it('it is still the same process, and it answers', async () => {
    expect(server.pid()).toBe(pid);
    await insist(call, 200, 'GET', '/healthz');
    process.kill(pid ?? -1, 0);
  });

  it('the reader beside it all got each update once, in order', async () => {
    const seqs = await heart.stop();
    expect(seqs.length).toBeGreaterThan(20);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    expect(await server.stop()).toBe(0);
  });
});
