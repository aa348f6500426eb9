import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StreamRecord } from '../../../aws/dynamodb/stream-records.ts';
import type { Head } from '../../../core/head.ts';
import { recordingListener, shortly } from '../../ports/opened.ts';
import { epochOf, makeChange } from '../../support/make-update.ts';
import { watchedClient } from './support/faults.ts';
import { type OpenTable, openTable } from './support/open-table.ts';
import { openStream } from './support/stream.ts';

describe('fan-out from the stream', () => {
  let table: OpenTable;
  beforeEach(async () => {
    table = await openTable();
  });
  afterEach(() => table.drop());

  async function append(id: string, count: number, before: Head | null = null, epoch = epochOf(1)): Promise<Head> {
    const change = makeChange({ id, count, before, update: { epoch } });
    expect(await table.ports().log.commit([change])).toEqual(['ok']);
    return change.head;
  }

  /** All head records so far. */
  async function records(heads: number): Promise<readonly StreamRecord[]> {
    const stream = await openStream(table.name);
    const found: StreamRecord[] = [];
    while (found.length < heads) {
      const next = await stream.next();
      found.push(...next.filter(({ dynamodb }) => dynamodb?.Keys?.sk?.S === 'head'));
    }
    return found;
  }

  it('G1: a listener that rejects gets everything from there on again, and nothing before it is obsolete', async () => {
    const head = await append('a', 2);
    const next = await append('a', 2, head, epochOf(2));
    await append('a', 1, next, epochOf(2));
    const batch = await records(3);
    const { fanOut } = table.ports();
    let calls = 0;
    const failing = await fanOut(batch, async () => {
      calls += 1;
      if (calls === 2) throw new Error('not now');
    });
    if (failing.type !== 'failed') throw new Error('did not fail');
    // The first call told a#1 to a#2 of both epochs, after which the old epoch went; the second begins at the third record.
    expect(failing.unanswered).toBe(batch[2]?.dynamodb?.SequenceNumber);
    const { listener, told } = recordingListener();
    expect(await fanOut(batch.slice(2), listener)).toEqual({ type: 'done' });
    expect(told().map(({ epoch, seq }) => [epoch, seq])).toEqual([[epochOf(2), 3]]);
  });

  it('G1: a batch that comes again after old updates were removed tells what is still there', async () => {
    const head = await append('a', 2);
    await append('a', 2, head, epochOf(2));
    const batch = await records(2);
    const { fanOut } = table.ports();
    const first = recordingListener();
    await fanOut(batch, first.listener);
    expect(shortly(first.told())).toEqual(['a#1', 'a#2', 'a#1', 'a#2']);
    const again = recordingListener();
    expect(await fanOut(batch, again.listener)).toEqual({ type: 'done' });
    expect(again.told().map(({ epoch, seq }) => [epoch, seq])).toEqual([
      [epochOf(2), 1],
      [epochOf(2), 2],
    ]);
  });

  it('G4: updates that cannot be seen yet are waited for; if they stay away the batch fails instead of skipping', async () => {
    await append('a', 3);
    const batch = await records(1);
    const hiding = (times: number) => {
      let left = times;
      return watchedClient((command, output) => {
        if (!command.startsWith('Query') || left-- <= 0) return;
        output.Items = [];
      });
    };
    const { listener, told } = recordingListener();
    expect(await table.ports({ client: hiding(2) }).fanOut(batch, listener)).toEqual({ type: 'done' });
    expect(shortly(told())).toEqual(['a#1', 'a#2', 'a#3']);
    const never = recordingListener();
    const failed = await table.ports({ client: hiding(100) }).fanOut(batch, never.listener);
    expect(failed).toMatchObject({ type: 'failed', unanswered: batch[0]?.dynamodb?.SequenceNumber });
    expect(never.calls).toEqual([]);
  });

  it('S33: tells long spans in calls of at most 1,000, in order', async () => {
    let head: Head | null = null;
    for (let n = 0; n < 12; n++) head = await append('a', 99, head);
    const { listener, calls, told } = recordingListener();
    expect(await table.ports().fanOut(await records(12), listener)).toEqual({ type: 'done' });
    expect(Math.max(...calls.map(({ length }) => length))).toBe(1_000);
    expect(told().map(({ seq }) => seq)).toEqual(Array.from({ length: 12 * 99 }, (_, n) => n + 1));
  });
});
