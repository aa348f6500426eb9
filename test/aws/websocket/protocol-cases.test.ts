import { expect, test } from 'vitest';
import { behindGateway, protocolCases } from '../../support/transport-ws/cases.ts';
import { countOf, deploy, openRaw, subscribed, watchAll } from './support.ts';

test.each(protocolCases.map((each) => [each.at, each.name, each] as const))(
  'graphql-transport-ws behind API Gateway: %s: %s',
  async (at, _name, each) => {
    const deployed = await deploy();
    const client = await openRaw(deployed, at === 'new' ? null : `Bearer ${deployed.key}`);
    if (at === 'watching') {
      client.subscribe('taken', watchAll);
      await subscribed(deployed, 1, null);
    }
    const before = client.messages.length;
    const { messages, closes } = behindGateway(each);
    client.socket.send(each.send);
    if (closes) expect(await client.closed).toEqual(closes);
    else {
      await client.got(before + messages.length);
      client.send({ type: 'ping', payload: { last: true } });
      await client.got(before + messages.length + 1);
      expect(client.messages.pop()).toEqual({ type: 'pong', payload: { last: true } });
    }
    expect(client.messages.slice(before)).toEqual(messages);
    if (closes) expect(await countOf(deployed, null)).toBe(0);
    expect(deployed.reported).toEqual([]);
  },
);

test.each([['authorization'], ['Authorization'], ['AUTHORIZATION']])(
  'S29: connection_init takes %s, with Bearer in any case and without',
  async (name) => {
    const deployed = await deploy();
    for (const value of [deployed.key, `Bearer ${deployed.key}`, `bearer  ${deployed.key} `]) {
      const client = await openRaw(deployed, null);
      client.send({ type: 'connection_init', payload: { [name]: value } });
      await client.got(1);
      expect(client.messages[0]).toMatchObject({ type: 'connection_ack' });
    }
  },
);
