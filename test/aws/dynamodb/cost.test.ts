import { type ConsumedCapacity, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { table as definition } from '../../../aws/dynamodb/table.ts';
import type { ProjectedFact } from '../../../core/facts.ts';
import { defaultRules } from '../../../core/workflow-rules.ts';
import { createAppender } from '../../../handlers/ingest/append.ts';
import { key, start, stateFact, statusFact } from '../../support/facts.ts';
import { watchedClient } from './support/faults.ts';
import { type OpenTable, openTable } from './support/open-table.ts';

interface Spent {
  readonly requests: readonly string[];
  /** Transactions count double, as on AWS. null where an index is written: DynamoDB Local miscounts those. */
  readonly units: number | null;
  readonly indexes: readonly string[];
}

/** The numbers of docs/decisions/dynamodb-table.md, from facts as they come. */
describe('what requests cost', () => {
  let table: OpenTable;
  beforeEach(async () => {
    table = await openTable();
  });
  afterEach(() => table.drop());

  function counted() {
    const requests: string[] = [];
    const indexes: string[] = [];
    let units = 0;
    const client = watchedClient((command, { ConsumedCapacity: consumed }) => {
      requests.push(command.replace(/Command$/, ''));
      for (const each of [consumed ?? []].flat() as ConsumedCapacity[]) {
        units += each.Table?.WriteCapacityUnits ?? 0;
        indexes.push(...Object.keys(each.GlobalSecondaryIndexes ?? {}));
      }
    });
    const ports = table.ports({ client });
    const appender = createAppender({
      log: ports.log,
      rulesOf: () => defaultRules,
      timers: { wake: () => {} },
      now: () => start + 60_000,
    });
    return {
      ports,
      async take(...facts: readonly ProjectedFact[]): Promise<Spent> {
        await Promise.all(facts.map((fact) => appender.append(key, [fact])));
        const written = indexes.splice(0).sort();
        const spent = { requests: requests.splice(0), units: written.length > 0 ? null : units, indexes: written };
        units = 0;
        return spent;
      },
      requests,
    };
  }

  const once = ['BatchGetItem', 'TransactWriteItems'];
  const entered = (n: number) => stateFact('entered', 2 * n, `State ${n}`);

  it('S33: an update is one read, one transaction and 4 write units; a change of status pays for its indexes', async () => {
    const { take } = counted();
    const running = statusFact('RUNNING', { tenant: 'default' });
    expect(await take(running)).toEqual({ requests: once, units: null, indexes: ['listed'] });
    for (let n = 1; n <= 8; n++) expect(await take(entered(n))).toEqual({ requests: once, units: 4, indexes: [] });
    const end = await take(statusFact('SUCCEEDED', { at: start + 9_000 }));
    expect(end).toEqual({ requests: once, units: null, indexes: ['expiring', 'listed'] });
  });

  it('S33: ten events of one execution are one read, one transaction and 4 write units', async () => {
    const { take } = counted();
    await take(statusFact('RUNNING', { tenant: 'default' }));
    const batch = await take(...Array.from({ length: 10 }, (_, n) => entered(n + 1)));
    expect(batch).toEqual({ requests: once, units: 4, indexes: [] });
    const page = await table.ports().log.load([key]);
    expect(page[0]?.seq).toBe(11);
  });

  it('S1: a binding is read once', async () => {
    const { ports, requests } = counted();
    for (let n = 0; n < 3; n++) await ports.bindings.bind('orders', 'arn:1');
    for (let n = 0; n < 3; n++) await ports.bindings.find('orders');
    expect(requests).toEqual(['GetItem', 'PutItem']);
  });

  it('S36: the table is what its definition says', async () => {
    const { Table } = await table.client.send(new DescribeTableCommand({ TableName: table.name }));
    expect(Table?.StreamSpecification?.StreamViewType).toBe(definition.streamViewType);
    const names = definition.indexes.map(({ name }) => name).sort();
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual(names);
  });
});
