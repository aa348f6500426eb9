import { describe, expect, it } from 'vitest';
import { connect, openRaw, startService, subscribers, until, watchAll } from './support.ts';

describe('limits per key', () => {
  it('one more socket of a key is closed with 1013, which clients retry; another key still gets in', async () => {
    const service = await startService({ limits: { socketsPerKey: 2 } });
    const [first] = [await openRaw(service), await openRaw(service)];
    const third = await openRaw(service);
    expect(await third.closed).toEqual({ code: 1013, reason: 'Too many connections' });
    const foreign = await openRaw(service, 'Bearer foreign');
    expect(foreign.messages).toEqual([{ type: 'connection_ack' }]);
    first.socket.close();
    await first.closed;
    await until(() => service.server.stats().sockets === 2);
    expect((await openRaw(service)).messages).toEqual([{ type: 'connection_ack' }]);
  });

  it('one more subscription of a key is an error, over all its sockets; the others go on', async () => {
    const service = await startService({ limits: { subscriptionsPerKey: 2 } });
    const [one, two] = [await openRaw(service), await openRaw(service)];
    one.subscribe('a', watchAll);
    two.subscribe('b', watchAll);
    await subscribers(service, 2);
    two.subscribe('c', watchAll);
    await until(() => two.messages.length === 2);
    expect(two.messages[1]).toMatchObject({ id: 'c', type: 'error' });
    expect(JSON.stringify(two.messages[1])).toContain('TOO_MANY_OPERATIONS');
    const foreign = connect(service, 'Bearer foreign').watch(watchAll);
    await subscribers(service, 3);
    foreign.stop();
    one.send({ id: 'a', type: 'complete' });
    await subscribers(service, 1);
    two.subscribe('d', watchAll);
    await subscribers(service, 2);
    two.socket.close();
    await subscribers(service, 0);
    one.subscribe('e', watchAll);
    one.subscribe('f', watchAll);
    await subscribers(service, 2);
  });
});
