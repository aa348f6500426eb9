import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProjectedFact } from '../../../core/facts.ts';
import { createIngest } from '../../../handlers/ingest/ingest.ts';
import { TooMuchAtOnce, unpackLimits } from '../../../handlers/ingest/unpack.ts';
import { awslogs, historyRecord, statusChange } from '../../support/aws-shapes.ts';
import { type IngestKit, ingestKit } from '../../support/ingest-kit.ts';

const key = { workflow: 'orders', id: 'order-1042' };
const mebibyte = 1_024 * 1_024;
let kit: IngestKit;
afterEach(() => kit.close());

/** A payload that unpacks to about so many bytes. */
const ofBytes = (bytes: number) => awslogs([historyRecord({ details: { name: 'S', padding: 'x'.repeat(bytes) } })]);
const ofEvents = (count: number) =>
  awslogs(Array.from({ length: count }, (_, at) => historyRecord({ historyId: at + 1, state: `S${at % 7}` })));

describe('G8: what the payloads of one call may unpack to', () => {
  it('one that is too large by itself is rejected by its index; the others are taken', async () => {
    kit = await ingestKit();
    const { accepted, rejected } = await kit.ingest([ofBytes(unpackLimits.payloadBytes), statusChange()]);
    expect([accepted, rejected]).toEqual([1, [{ index: 0, reason: 'awslogs.data unpacks to over 4194304 bytes' }]]);
    expect(await kit.read(key)).toHaveLength(1);
  });

  it('too many bytes together are refused before anything is taken', async () => {
    kit = await ingestKit();
    const large = Array(48).fill(ofBytes(3 * mebibyte));
    await expect(kit.ingest([statusChange(), ...large])).rejects.toThrow(TooMuchAtOnce);
    expect(await kit.read(key)).toEqual([]);
    expect((await kit.store.deadLetters.list(null, 10)).letters).toEqual([]);
  });

  it('what is refused for its size counts, so a list of bombs ends soon', async () => {
    kit = await ingestKit();
    const bombs = Array(48).fill(ofBytes(2 * unpackLimits.payloadBytes));
    await expect(kit.ingest(bombs)).rejects.toThrow('send fewer at once');
  });

  it('too many log events together are refused; as many as CloudWatch Logs sends at once are taken', async () => {
    kit = await ingestKit();
    expect(await kit.ingest([ofEvents(unpackLimits.logEvents)])).toEqual({ accepted: 1, rejected: [] });
    const [half, more] = [ofEvents(unpackLimits.logEvents / 2), ofEvents(unpackLimits.logEvents / 2 + 1)];
    await expect(kit.ingest([half, more])).rejects.toThrow('over 10000 log events');
    const { rejected } = await kit.ingest([ofEvents(unpackLimits.logEvents + 1)]);
    expect(rejected).toEqual([{ index: 0, reason: 'the payload has over 10000 log events' }]);
  });

  it('S25: where items can come again one by one, only those over it do', async () => {
    kit = await ingestKit();
    const large = Array(8).fill(ofBytes(3 * mebibyte));
    const failed: number[] = [];
    const result = await kit.ingest([...large, statusChange()], { onFailed: ({ index }) => failed.push(index) });
    expect([failed, result]).toEqual([[6, 7], { accepted: 7, rejected: [] }]);
  });

  it('thousands of facts of one execution are taken in slices, each a commit, in order of time', async () => {
    kit = await ingestKit();
    const slices: (readonly ProjectedFact[])[] = [];
    const { store, appender } = kit;
    const ingest = createIngest({
      ...{ bindings: store.bindings, deadLetters: store.deadLetters, newId: () => 'id', now: () => kit.now },
      rulesOf: () => ({ owner: { type: 'constant', tenant: 'default' } }) as never,
      appender: {
        ...appender,
        append: async (_key, facts) => {
          slices.push(facts);
          return 'ok';
        },
      },
    });
    const records = Array.from({ length: 1_000 }, (_, at) => historyRecord({ historyId: 1_000 - at, state: 'S' }));
    await ingest([awslogs(records)]);
    expect(Math.max(...slices.map(({ length }) => length))).toBeLessThanOrEqual(99);
    const times = slices.flat().map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times).toHaveLength(1_000);
  });

  it('large payloads are unpacked one call after the other: they are held in memory', async () => {
    kit = await ingestKit();
    const order: string[] = [];
    const { store, appender } = kit;
    const ingest = createIngest({
      ...{ deadLetters: store.deadLetters, newId: () => 'id', now: () => kit.now },
      bindings: store.bindings,
      rulesOf: () => ({ owner: { type: 'constant', tenant: 'default' } }) as never,
      appender: {
        ...appender,
        append: async () => {
          order.push('taken');
          // Long enough for the others to be unpacked, if they were.
          for (let time = 0; time < 20; time += 1) await promisify(gunzip)(Buffer.from(large.awslogs.data, 'base64'));
          return 'ok';
        },
      },
      onItem: () => order.push('done'),
    });
    // Noise, or it would be packed to nothing.
    const noise = Array.from({ length: 6_000 }, (_, at) => `${Math.imul(at, 2_654_435_761) >>> 0}`).join('');
    const large = awslogs([historyRecord({ state: 'S', details: { name: 'S', noise } })]);
    expect(large.awslogs.data.length).toBeGreaterThan(8_192);
    const calls = [ingest([large]), ingest([large]), ingest([large])];
    await Promise.all(calls);
    expect(order).toEqual(['taken', 'done', 'taken', 'done', 'taken', 'done']);
  });
});
