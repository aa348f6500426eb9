import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Update, UpdatesPage } from '../../../core/contract.ts';
import { encodeCursor } from '../../../core/cursor.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { epochOf, seed } from './support/logs.ts';

let kit: ApiKit;
let key: string;
let log: readonly Update[];

beforeAll(async () => {
  kit = await apiKit();
  key = await kit.key();
  log = await seed(kit.store.log, { id: 'long', length: 250, epoch: epochOf(5) });
  await seed(kit.store.log, { id: 'done', length: 2, last: { status: 'SUCCEEDED', done: true } });
});

const pageOf = (query: string): Promise<Response> => kit.get(`/status/orders/long/updates${query}`, key);
const cursorAt = (seq: number): string => encodeCursor({ epoch: epochOf(5), seq });

describe('GET /status/…/updates', () => {
  it('S20: pages are of 100, and there is no Retry-After while more follows', async () => {
    const answer = await pageOf('');
    expect(await answer.json()).toEqual({ updates: log.slice(0, 100), next: cursorAt(100), more: true });
    expect(answer.headers.has('Retry-After')).toBe(false);
  });

  it('S20: at most 1,000, which a query may ask for', async () => {
    const answer = await pageOf('?limit=1000');
    expect(await answer.json()).toEqual({ updates: log, next: cursorAt(250), more: false });
    expect(answer.headers.get('Retry-After')).toBe('1');
  });

  it('S20: an empty page has next = after, and says when to ask again', async () => {
    const answer = await pageOf(`?after=${cursorAt(250)}&wait=20`);
    expect(await answer.json()).toEqual({ updates: [], next: cursorAt(250), more: false });
    expect(answer.headers.get('Retry-After')).toBe('1');
  });

  it('has no Retry-After once the execution is done', async () => {
    expect((await kit.get('/status/orders/done/updates', key)).headers.has('Retry-After')).toBe(false);
  });

  it('S20: the cursor before the first update reads from the first', async () => {
    expect(await (await pageOf(`?after=${cursorAt(0)}&limit=1`)).json()).toMatchObject({
      updates: [log[0]],
      more: true,
    });
  });

  describe.each(['the store', 'a store that finds nothing after what it does not know'])('over %s', (kind) => {
    const page: typeof pageOf = async (query) => {
      if (kind === 'the store') return pageOf(query);
      const read = async () => ({ type: 'page', updates: [], more: false }) as const;
      const empty = await apiKit({ log: { ...kit.store.log, read }, verifier: kit.verifier });
      return empty.get(`/status/orders/long/updates${query}`, key);
    };
    it.each([
      ['of an earlier epoch', encodeCursor({ epoch: epochOf(4), seq: 2 })],
      ['of a later epoch', encodeCursor({ epoch: epochOf(6), seq: 1 })],
      ['beyond the head', cursorAt(251)],
    ])('S20: a cursor %s gets the snapshot', async (_case, after) => {
      const answer = await page(`?after=${after}`);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ snapshot: log[249], next: cursorAt(250), more: false });
    });
  });

  it('S16, S20: what was trimmed gets the snapshot, with and without a cursor', async () => {
    const trimmed = await apiKit({
      log: { ...kit.store.log, read: async () => ({ type: 'trimmed' }) },
      verifier: kit.verifier,
    });
    for (const query of ['', `?after=${cursorAt(7)}`]) {
      const answer = await trimmed.get(`/status/orders/long/updates${query}`, key);
      expect(await answer.json()).toEqual({ snapshot: log[249], next: cursorAt(250), more: false });
    }
  });

  it.each(['', 'x', 'é', `${cursorAt(3)}=`, `${cursorAt(3)}A`, 'bnVsbA', '%00', '1', `a${'b'.repeat(200)}`])(
    'S20: the malformed cursor "%s" is 400',
    async (after) => {
      const answer = await pageOf(`?after=${encodeURIComponent(after)}`);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ type: 'urn:statuswire:problem:malformed-cursor' });
    },
  );

  it.each(['0', '1001', '-1', '1e2', '1.0', ' 1', 'all'])('limit=%s is 400', async (limit) => {
    expect((await pageOf(`?limit=${encodeURIComponent(limit)}`)).status).toBe(400);
  });

  it('S20: a page never exceeds its bytes, envelope included, and still brings everything', async () => {
    for (let pageBytes = 20_000; pageBytes < 20_700; pageBytes += 25) {
      const small = await apiKit({ log: kit.store.log, verifier: kit.verifier, limits: { pageBytes } });
      const text = await (await small.get('/status/orders/long/updates?limit=1000', key)).text();
      expect(text.length).toBeLessThanOrEqual(pageBytes);
      const body: UpdatesPage = JSON.parse(text);
      expect(body.updates).toEqual(log.slice(0, body.updates.length));
      expect(body).toMatchObject({ next: cursorAt(body.updates.length), more: true });
    }
  });

  it('S20: the bytes of a page are 1 MiB', async () => {
    const asked: number[] = [];
    const read: typeof kit.store.log.read = (logKey, after, limit, maxBytes) => {
      asked.push(maxBytes);
      return kit.store.log.read(logKey, after, limit, maxBytes);
    };
    const spied = await apiKit({ log: { ...kit.store.log, read }, verifier: kit.verifier });
    await spied.get('/status/orders/long/updates', key);
    expect(asked).toEqual([2 ** 20 - 2_048]);
  });

  it('S20: any sequence of page sizes from any cursor brings what follows, each once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 250 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }),
        async (start, sizes) => {
          let next: string | null = start === 0 ? null : cursorAt(start);
          const seen: Update[] = [];
          for (let more = true, turn = 0; more; turn += 1) {
            const limit = sizes[turn % sizes.length] ?? 1;
            const answer = await pageOf(`?limit=${limit}${next === null ? '' : `&after=${next}`}`);
            const body: UpdatesPage = await answer.json();
            expect(body.updates.length).toBeLessThanOrEqual(limit);
            seen.push(...body.updates);
            ({ next, more } = body);
          }
          expect(seen).toEqual(log.slice(start));
          expect(next).toBe(cursorAt(250));
        },
      ),
      { numRuns: 25 },
    );
  });
});
