import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../../core/access.ts';
import type { Connection, Subscription } from '../../../core/ports.ts';
import { connectionsSuite } from '../../ports/connections-suite.ts';
import { faultyClient, watchedClient } from './support/faults.ts';
import { type OpenTable, openTable } from './support/open-table.ts';

connectionsSuite('DynamoDB', async () => {
  const table = await openTable();
  return { connections: table.ports().connections, close: () => table.drop() };
});

describe('Connections on DynamoDB, when answers are lost', () => {
  const start = Date.parse('2026-11-20T10:00:00.000Z');
  const endsAt = start + 7_200_000;
  const audience = { tenant: 'default', workflow: 'orders', id: 'order-1' };
  const connection: Connection = {
    id: 'a',
    caller: { type: 'key', keyId: 'k', tenant: 'default', scopes: ['read'] },
    endsAt,
  };
  const subscription: Subscription = {
    ...{ connectionId: 'a', operationId: '1', audience, expiresAt: null, endsAt },
    request: { query: 'subscription { x }', operationName: null, variables: {} },
  };

  let table: OpenTable;
  beforeEach(async () => {
    table = await openTable();
  });
  afterEach(() => table.drop());

  /** Every write is carried out, and its first answer lost. */
  function losing() {
    let isNext = true;
    const client = faultyClient((command) => {
      const isWrite = /Put|Delete|BatchWrite/.test(command);
      if (isWrite) isNext = !isNext;
      return isWrite && !isNext ? 'lose' : 'pass';
    });
    return table.ports({ client }).connections;
  }

  async function count(): Promise<number> {
    let found = 0;
    for await (const page of table.ports().connections.audience(audience, start)) found += page.length;
    return found;
  }

  it('a connection and a subscription are no rivals of themselves', async () => {
    const connections = losing();
    expect(await connections.open(connection)).toBe(true);
    expect(await connections.open(connection)).toBe(false);
    expect(await connections.subscribe(subscription, 100, start)).toBe('subscribed');
    expect(await connections.subscribe(subscription, 100, start)).toBe('taken');
    expect(await count()).toBe(1);
  });

  it('completing and removing leave nothing behind', async () => {
    const connections = losing();
    await connections.open(connection);
    await connections.subscribe(subscription, 100, start);
    await connections.complete('a', '1', start + 1);
    expect(await count()).toBe(0);
    expect(await connections.subscribe({ ...subscription, operationId: '2' }, 100, start)).toBe('subscribed');
    await connections.remove('a');
    expect(await count()).toBe(0);
    expect(await connections.find('a')).toBeNull();
  });
});

describe('what sockets cost', () => {
  it('S17: a subscribe is two writes and a query, a push’s look-up one query, strongly consistent', async () => {
    const table = await openTable();
    const asked: string[] = [];
    const client = watchedClient((command, _, { ConsistentRead }) => {
      asked.push(`${command.replace(/Command$/, '')}${ConsistentRead ? '!' : ''}`);
    });
    const { connections } = table.ports({ client });
    const spent = async (work: Promise<unknown>): Promise<string> => {
      asked.length = 0;
      await work;
      return asked.join(' ');
    };
    const endsAt = Date.now() + 7_200_000;
    const caller: Caller = { type: 'key', keyId: 'k', tenant: 'default', scopes: ['read'] };
    const audience = { tenant: 'default', workflow: 'orders', id: 'order-1' };
    const request = { query: 'subscription { x }', operationName: null, variables: {} };
    const subscription = { connectionId: 'a', operationId: '1', audience, request, expiresAt: null, endsAt };
    expect(await spent(connections.open({ id: 'a', caller, endsAt }))).toBe('PutItem');
    expect(await spent(connections.subscribe(subscription, 100, 0))).toBe('PutItem PutItem Query!');
    expect(await spent(connections.audience(audience, 0)[Symbol.asyncIterator]().next())).toBe('Query!');
    expect(await spent(connections.complete('a', '1', 0))).toBe('GetItem! DeleteItem BatchWriteItem');
    expect(await spent(connections.remove('a'))).toBe('DeleteItem Query!');
    await table.drop();
  });
});
