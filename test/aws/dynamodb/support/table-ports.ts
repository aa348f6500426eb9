import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { TableOptions } from '../../../../aws/dynamodb/index.ts';
import type { StreamRecord } from '../../../../aws/dynamodb/stream-records.ts';
import type { OnCommitted } from '../../../../core/ports.ts';
import type { DurablePorts } from '../../../ports/opened.ts';
import { type OpenTable, openTable } from './open-table.ts';
import { openStream } from './stream.ts';

/** A table's ports as the port suites take them, its stream polled as Lambda polls it. */
export async function openTablePorts(options: Partial<TableOptions> = {}): Promise<DurablePorts> {
  return portsOn({ table: await openTable(), users: 0 }, options, null);
}

/** A table that outlives the ports on it as long as any of them is open. */
interface Shared {
  readonly table: OpenTable;
  users: number;
}

function portsOn(shared: Shared, options: Partial<TableOptions>, checkpoint: string | null): DurablePorts {
  const { table } = shared;
  const ports = table.ports(options);
  shared.users += 1;
  /** Sequence number of the last record that was dealt with: what Lambda keeps for its function. */
  let done = checkpoint;
  let listener: OnCommitted | null = null;
  let stopped = false;
  let polling: Promise<void> = Promise.resolve();
  const fences = new Map<string, () => void>();

  async function deal(records: readonly StreamRecord[], listen: OnCommitted): Promise<void> {
    let left = records;
    while (left.length > 0 && !stopped) {
      const result = await ports.fanOut(left, listen);
      if (stopped) return;
      if (result.type === 'done') {
        done = left.at(-1)?.dynamodb?.SequenceNumber ?? done;
        return;
      }
      // What came before the failure is dealt with; the rest comes again.
      left = left.slice(left.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === result.unanswered));
    }
  }

  async function poll(listen: OnCommitted): Promise<void> {
    const stream = await openStream(table.name, done);
    while (!stopped) {
      const records = await stream.next();
      await deal(records, listen);
      for (const { dynamodb } of records) fences.get(dynamodb?.Keys?.sk?.S ?? '')?.();
      if (records.length === 0) await new Promise((resolve) => void setTimeout(resolve, 5));
    }
  }

  /** Resolves once everything that was written before is dealt with. */
  async function fence(): Promise<void> {
    const sk = randomUUID();
    const reached = new Promise<void>((resolve) => void fences.set(sk, resolve));
    await table.client.send(new PutCommand({ TableName: table.name, Item: { pk: 'fence', sk } }));
    await reached;
  }

  return {
    ...ports,
    async start(onCommitted) {
      if (listener) throw new Error('These ports have their listener already.');
      listener = onCommitted;
      polling = poll(onCommitted);
      await fence();
    },
    async crash() {
      stopped = true;
      return portsOn(shared, options, done);
    },
    async close() {
      stopped = true;
      // A listener that never answers is left to itself, as by a process that dies.
      await Promise.race([polling, new Promise((resolve) => void setTimeout(resolve, 200))]);
      shared.users -= 1;
      if (shared.users === 0) await table.drop();
    },
  };
}
