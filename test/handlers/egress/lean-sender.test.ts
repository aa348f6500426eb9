import { afterEach, describe, expect, it } from 'vitest';
import { createLeanSender } from '../../../handlers/egress/lean-sender.ts';
import { startReceiver } from './receiver.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

describe('createLeanSender', () => {
  it('sends once more over a new connection when the idle one was closed meanwhile, as after a frozen Lambda', async () => {
    // The second request on a connection finds it closed: what a receiver did while the process was frozen.
    const seen = new Map<unknown, number>();
    const { origin, received, connections, close } = await startReceiver((response) => {
      const count = (seen.get(response.socket) ?? 0) + 1;
      seen.set(response.socket, count);
      if (count === 2) response.socket?.resetAndDestroy();
      else response.end();
    });
    const sender = createLeanSender({ allow: ['127.0.0.0/8'] });
    closers.push(sender.close, close);
    const post = { url: `${origin}/hook`, headers: { 'content-type': 'application/json' }, body: '{}' };
    expect(await sender.send(post)).toMatchObject({ type: 'answered', status: 200 });
    expect(await sender.send(post)).toMatchObject({ type: 'answered', status: 200 });
    expect([received.length, connections()]).toEqual([3, 2]);
  });

  it('does not send again what failed on a new connection', async () => {
    const { origin, received, close } = await startReceiver((response) => response.socket?.resetAndDestroy());
    const sender = createLeanSender({ allow: ['127.0.0.0/8'] });
    closers.push(sender.close, close);
    const post = { url: `${origin}/hook`, headers: {}, body: '{}' };
    expect(await sender.send(post)).toEqual({ type: 'failed', reason: 'ECONNRESET' });
    expect(received).toHaveLength(1);
  });
});
