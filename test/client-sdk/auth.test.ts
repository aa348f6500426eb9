import { expect, test } from 'vitest';
import { StatuswireError } from '../../client-sdk/src/index.ts';
import { collect } from './support/collect.ts';
import { createFakeService } from './support/fake-service.ts';

/** A token function that counts, and a service that takes only what `valid` says. */
function rotating(valid: (count: number) => boolean) {
  const service = createFakeService();
  let count = 0;
  service.tokens = new Set();
  const token = async () => {
    count++;
    if (valid(count)) service.tokens?.add(`token-${count}`);
    return `token-${count}`;
  };
  return { service, token, asked: () => count };
}

test('a token that is refused once is replaced, and nobody notices', async () => {
  const { service, token, asked } = rotating((count) => count > 1);
  service.append();
  const seen = collect(service.client({ token, channels: 'polling' }));
  await service.clock.advance(100);
  expect(seen.seqs()).toBe('1');
  expect(asked()).toBe(2);
});

test('a token that is refused twice ends the watch as unauthorized, with nothing left behind', async () => {
  const { service, token, asked } = rotating(() => false);
  service.append();
  const seen = collect(service.client({ token }));
  const snapshots: unknown[] = [];
  seen.watch.subscribe(({ error }) => snapshots.push(error));
  await service.clock.advance(100);
  expect(seen.error()).toMatchObject({ code: 'unauthorized', retryable: false });
  expect(snapshots.at(-1)).toMatchObject({ code: 'unauthorized' });
  const count = asked();
  await service.clock.advance(60_000);
  expect(asked()).toBe(count);
  expect(service.clock.pending()).toBe(0);
});

test('requests that are refused together wait for one refresh', async () => {
  const { service, token, asked } = rotating((count) => count > 1);
  const update = service.append();
  const client = service.client({ token });
  const calls = await Promise.all(Array.from({ length: 10 }, () => client.status('orders', 'order-1')));
  expect(calls).toEqual(Array.from({ length: 10 }, () => update));
  expect(asked()).toBe(2);
});

test('S30: a socket closed with 4403 comes back at once with a fresh token', async () => {
  const { service, token } = rotating(() => true);
  service.append();
  const seen = collect(service.client({ token }));
  await service.clock.advance(20_000);
  service.tokens?.clear();
  service.sockets[0]?.end(4403);
  service.log.append();
  await service.clock.advance(10);
  expect(service.sockets).toHaveLength(2);
  expect(service.sockets[1]?.received[0]).toEqual({
    type: 'connection_init',
    payload: { authorization: 'Bearer token-2' },
  });
  expect(seen.seqs()).toBe('1 2');
  expect(seen.watch.getSnapshot().error).toBeNull();
});

test('a socket that refuses for good leaves polling alone, and is not tried in a loop', async () => {
  const service = createFakeService();
  service.behaviour.socket = 'forbidden';
  service.append();
  const seen = collect(service.client());
  await service.clock.advance(60_000);
  service.append();
  await service.clock.advance(2_000);
  expect(seen.seqs()).toBe('1 2');
  expect(service.sockets.length).toBeLessThan(30);
});

test('subscription alone lets HTTP tell a refused token from an expired one', async () => {
  const { service, token } = rotating(() => false);
  service.append();
  const seen = collect(service.client({ token, channels: 'subscription' }));
  await service.clock.advance(5_000);
  expect(seen.error()).toMatchObject({ code: 'unauthorized' });
  expect(service.clock.pending()).toBe(0);
});

test('a token function that throws is asked again, unless it says that it is of no use', async () => {
  const service = createFakeService();
  service.append();
  let fail = true;
  const flaky = async () => {
    if (fail) throw new Error('the session server is away');
    return 'fine';
  };
  const seen = collect(service.client({ token: flaky }));
  await service.clock.advance(5_000);
  expect(seen.watch.getSnapshot()).toMatchObject({ connection: { state: 'offline' }, error: { code: 'unavailable' } });
  fail = false;
  await service.clock.advance(60_000);
  expect(seen.seqs()).toBe('1');

  const refusing = async () => {
    throw new StatuswireError('unauthorized', 'Signed out.');
  };
  const other = createFakeService();
  const refused = collect(other.client({ token: refusing }));
  await other.clock.advance(100);
  expect(refused.error()).toMatchObject({ code: 'unauthorized' });
});

test('S29: the token travels as a header and in connection_init, and nowhere else', async () => {
  const service = createFakeService();
  service.append();
  const seen = collect(service.client({ token: 'very-secret' }));
  await service.clock.advance(3_000);
  service.behaviour.http = 'down';
  service.sockets[0]?.end(1011);
  service.behaviour.socket = 'refuse';
  await service.clock.advance(30_000);
  const { error } = seen.watch.getSnapshot();
  expect(error).not.toBeNull();
  expect([...service.requests.map(({ path }) => path), ...service.sockets.map(({ url }) => url)].join()).not.toContain(
    'secret',
  );
  expect(`${error?.message} ${error?.stack} ${JSON.stringify(error)}`).not.toContain('secret');
  expect(service.requests.find(({ path }) => path.startsWith('/.well-known'))?.authorization).toBeNull();
  expect(service.requests.find(({ path }) => path.startsWith('/status'))?.authorization).toBe('Bearer very-secret');
});
