import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isUnavailable, unavailable } from '../../../core/unavailable.ts';
import { defaultRules } from '../../../core/workflow-rules.ts';
import { createRecovery } from '../../../embedded/service/recovery.ts';
import { createAppender } from '../../../handlers/ingest/append.ts';
import { createIngest } from '../../../handlers/ingest/ingest.ts';
import { createAccept } from '../../../handlers/intake/accept.ts';
import { type ApiKit, apiKit } from '../../handlers/api/support/api-kit.ts';
import { statusChange } from '../../support/aws-shapes.ts';
import { makeChange } from '../../support/make-update.ts';

const rulesOf = () => defaultRules;
const now = Date.now;
let kit: ApiKit;
let credential: string;
let connection: DatabaseSync | null;
beforeEach(async () => {
  connection = null;
  // The intake and the ingest of the service, on the store that the kit opens.
  const parts = () => {
    const { log, bindings, deadLetters, intakes } = kit.store;
    const appender = createAppender({ log, rulesOf, timers: { wake: () => undefined }, now });
    const newId = () => crypto.randomUUID();
    return {
      ingest: createIngest({ appender, bindings, deadLetters, rulesOf, now, newId }),
      accept: createAccept({ appender, intakes, rulesOf, workflowExists: () => true, now, newId }),
    };
  };
  kit = await apiKit({
    ingest: (items) => parts().ingest(items),
    intake: { accept: (request) => parts().accept(request) },
  });
  credential = await kit.key();
});
afterEach(() => kit.store.close());

/** On the store's own connection, outside its transactions: a read-only one could not be told to end. */
async function pragma(sql: string): Promise<void> {
  connection ??= await kit.store.writer.write((db) => db);
  connection.exec(`PRAGMA ${sql}`);
}
const start = (id: string) => kit.post('/executions/orders', credential, { id, input: { text: 'i'.repeat(50_000) } });

const troubles = {
  'a full disk': { begin: 'max_page_count = 1', end: 'max_page_count = 1000000' },
  'a read-only database': { begin: 'query_only = 1', end: 'query_only = 0' },
};

describe.each(Object.entries(troubles))('%s', (_name, { begin, end }) => {
  it('S25, S26: start and ingest answer 503 until it is over; reads go on; nothing acknowledged is lost', async () => {
    expect((await start('before')).status).toBe(202);
    await pragma(begin);
    const refused = await start('meanwhile');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ type: 'urn:statuswire:problem:unavailable' });
    const events = await kit.post('/events', credential, [statusChange({ input: 'i'.repeat(50_000) })]);
    if (begin.startsWith('query_only')) expect(events.status).toBe(503);
    expect((await kit.get('/status/orders/before', credential)).status).toBe(200);
    expect((await kit.get('/status/orders/meanwhile', credential)).status).toBe(404);
    await pragma(end);
    expect((await start('meanwhile')).status).toBe(202);
    expect((await kit.get('/status/orders/before', credential)).status).toBe(200);
  });
});

describe('trouble of the disk and trouble of the program', () => {
  it('only the first is unavailable, and counted as refused', async () => {
    const { writer } = kit.store;
    const bad = await writer.write((db) => db.exec('INSERT INTO nothing VALUES (1)')).catch((error: unknown) => error);
    expect([isUnavailable(bad), writer.stats.refused]).toEqual([false, 0]);
    await pragma('max_page_count = 1');
    const big = makeChange({ update: { state: 's'.repeat(100_000) } });
    const full = await kit.store.log.commit([big]).catch((error: unknown) => error);
    expect([isUnavailable(full), writer.stats.refused]).toEqual([true, 1]);
    expect(full).toMatchObject({ message: expect.stringContaining('full'), cause: { errcode: 13 } });
  });

  it('what stopped for want of the disk is resumed once, as soon as a write succeeds', async () => {
    const due: (() => void)[] = [];
    const stats = { commits: 0, works: 0, failures: 0, refused: 0 };
    let writable = true;
    let resumed = 0;
    const recovered: number[] = [];
    const recovery = createRecovery({
      writer: {
        stats,
        write: () => (writable ? Promise.resolve() : Promise.reject(unavailable('full', null))) as Promise<never>,
      },
      resume: async () => {
        resumed += 1;
      },
      onError: (error) => expect(isUnavailable(error)).toBe(true),
      onRecovered: () => recovered.push(resumed),
      timer: (_ms, run) => {
        due.push(run);
        return () => {};
      },
    });
    const look = async () => {
      due.shift()?.();
      while (due.length === 0) await new Promise((resolve) => setImmediate(resolve));
      return resumed;
    };
    writable = false;
    await recovery.begin();
    expect([await look(), recovery.isRefused()]).toEqual([0, false]);
    writable = true;
    expect([await look(), recovery.isRefused()]).toEqual([1, false]);
    stats.refused = 3;
    writable = false;
    expect([await look(), recovery.isRefused()]).toEqual([1, true]);
    writable = true;
    expect([await look(), await look()]).toEqual([2, 2]);
    expect([recovered, recovery.isRefused()]).toEqual([[1, 2], false]);
  });
});
