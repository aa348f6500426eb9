import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { protocolCases } from '../../support/transport-ws/cases.ts';
import { openRaw, startService, subscribers, until, watchAll } from './support.ts';

describe('graphql-transport-ws over a socket', () => {
  it.each(protocolCases.map((each) => [each.at, each.name, each] as const))('%s: %s', async (at, _name, each) => {
    const service = await startService();
    const client = await openRaw(service, at === 'new' ? null : 'Bearer good');
    if (at === 'watching') {
      client.subscribe('taken', watchAll);
      await subscribers(service, 1);
    }
    const before = client.messages.length;
    const { messages = [], closes } = each.outcome;
    client.socket.send(each.send);
    if (closes) expect(await client.closed).toEqual(closes);
    else {
      // Whatever is said after this answer was said too late.
      client.send({ type: 'ping', payload: { last: true } });
      await until(() => client.messages.some(({ payload }) => JSON.stringify(payload) === '{"last":true}'));
      expect(client.messages.pop()).toEqual({ type: 'pong', payload: { last: true } });
      expect(client.socket.readyState).toBe(WebSocket.OPEN);
    }
    expect(client.messages.slice(before)).toEqual(messages);
    if (closes) await subscribers(service, 0);
    expect(service.reported).toEqual([]);
  });

  it.each([['authorization'], ['Authorization'], ['AUTHORIZATION'], ['aUTHORIZATION']])(
    'S29: takes %s, with Bearer in any case and without',
    async (name) => {
      const service = await startService();
      for (const value of ['good', 'Bearer good', 'bearer good', 'BEARER   good ', ' good']) {
        const client = await openRaw(service, null);
        client.send({ type: 'connection_init', payload: { [name]: value } });
        await until(() => client.messages.length === 1 || client.socket.readyState !== WebSocket.OPEN);
        expect(client.messages).toEqual([{ type: 'connection_ack' }]);
      }
    },
  );
});
