import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../../../core/ports.ts';
import { defaultRules } from '../../../core/workflow-rules.ts';
import { createAppender } from '../../../handlers/ingest/append.ts';
import { key, progressFact, stateFact, statusFact } from '../../support/facts.ts';
import { type IngestKit, ingestKit } from '../../support/ingest-kit.ts';

let kit: IngestKit;
beforeEach(async () => {
  kit = await ingestKit();
});
afterEach(() => kit.close());

const appenderOn = (log: Log, attempts = 20) =>
  createAppender({ log, rulesOf: () => defaultRules, timers: { wake: () => undefined }, now: () => kit.now, attempts });

describe('append', () => {
  it('S33: twenty writers on one execution lose nothing: who meets a conflict starts again from the fresh head', async () => {
    const writers = Array.from({ length: 20 }, () => appenderOn(kit.store.log));
    await Promise.all(
      writers.map((writer, index) => writer.append(key, [stateFact('entered', index + 2, `S${index}`)])),
    );
    const updates = await kit.read(key);
    expect(updates.map((update) => update.seq)).toEqual(updates.map((_, index) => index + 1));
    const [head] = await kit.store.log.load([key]);
    expect(head?.book.seen).toEqual([[2, 21]]);
    expect(updates.at(-1)?.state).toBe('S19');
  });

  it('S33: gives up after so many conflicts, and says so to the caller', async () => {
    const log: Log = { ...kit.store.log, commit: async (changes) => changes.map(() => 'conflict') };
    await expect(appenderOn(log, 3).append(key, [statusFact('RUNNING')])).rejects.toThrow('conflict after 3 attempts');
  });

  it('G1: rejects when the commit fails, and goes on with the next', async () => {
    let full = true;
    const log: Log = {
      ...kit.store.log,
      commit: (changes) => (full ? Promise.reject(new Error('disk full')) : kit.store.log.commit(changes)),
    };
    const appender = appenderOn(log);
    await expect(appender.append(key, [statusFact('RUNNING')])).rejects.toThrow('disk full');
    expect(await kit.read(key)).toEqual([]);
    full = false;
    expect(await appender.append(key, [statusFact('RUNNING')])).toBe('ok');
    expect(await kit.read(key)).toHaveLength(1);
  });

  it('facts of one execution that arrive during a commit go into the next one together', async () => {
    const sizes: number[] = [];
    const log: Log = {
      ...kit.store.log,
      commit: (changes) => {
        sizes.push(changes.reduce((sum, change) => sum + change.updates.length, 0));
        return kit.store.log.commit(changes);
      },
    };
    const appender = appenderOn(log);
    const first = appender.append(key, [statusFact('RUNNING')]);
    await Promise.resolve().then(() => Promise.resolve());
    const rest = Array.from({ length: 10 }, (_, index) =>
      appender.append(key, [progressFact(index + 1, { sequence: index })]),
    );
    await Promise.all([first, ...rest]);
    expect(sizes).toEqual([1, 10]);
  });

  it('S33: a batch of more than 99 updates is taken whole, over several commits', async () => {
    const facts = Array.from({ length: 250 }, (_, index) => stateFact('entered', index + 2, `S${index}`));
    await kit.appender.append(key, facts);
    await kit.appender.idle();
    expect(await kit.read(key)).toHaveLength(250);
    expect((await kit.store.log.load([key]))[0]?.held).toEqual([]);
  });

  it('S26: creates only what is not there yet', async () => {
    expect(await kit.appender.append(key, [statusFact('RUNNING')], { create: true })).toBe('ok');
    expect(await kit.appender.append(key, [statusFact('RUNNING')], { create: true })).toBe('taken');
  });
});
