import { beforeAll, describe, expect, it } from 'vitest';
import type { Update } from '../../../core/contract.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { epochOf, now, seed } from './support/logs.ts';

let kit: ApiKit;
let key: string;

beforeAll(async () => {
  kit = await apiKit();
  key = await kit.key();
  const { log } = kit.store;
  for (let n = 1; n <= 7; n += 1) await seed(log, { id: `o-${n}`, epoch: epochOf(n), length: n });
  await seed(log, { workflow: 'returns', id: 'r-1', epoch: epochOf(8), last: { status: 'SUCCEEDED', done: true } });
  await seed(log, { id: 'foreign', tenant: 'other', epoch: epochOf(9) });
  await seed(log, { id: 'expired', epoch: epochOf(10), head: { expiresAt: now } });
});

async function list(query = '', credential = key): Promise<{ executions: readonly Update[]; next: string | null }> {
  const answer = await kit.get(`/executions${query}`, credential);
  expect(answer.status).toBe(200);
  return answer.json();
}
const names = ({ executions }: { executions: readonly Update[] }): readonly string[] => executions.map(({ id }) => id);

describe('GET /executions', () => {
  it('lists the last updates of the tenant, newest first', async () => {
    const page = await list();
    expect(names(page)).toEqual(['r-1', 'o-7', 'o-6', 'o-5', 'o-4', 'o-3', 'o-2', 'o-1']);
    expect(page.executions.map(({ seq }) => seq)).toEqual([1, 7, 6, 5, 4, 3, 2, 1]);
    expect(page.next).toBeNull();
    expect(names(await list('', await kit.key({ tenant: 'other' })))).toEqual(['foreign']);
  });

  it('filters by workflow and status', async () => {
    expect(names(await list('?workflow=returns'))).toEqual(['r-1']);
    expect(names(await list('?status=SUCCEEDED'))).toEqual(['r-1']);
    expect(names(await list('?workflow=orders&status=SUCCEEDED'))).toEqual([]);
  });

  it('is read by pages', async () => {
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const page = await list(`?limit=3${next === null ? '' : `&after=${next}`}`);
      seen.push(...names(page));
      next = page.next;
    } while (next !== null);
    expect(seen).toEqual(['r-1', 'o-7', 'o-6', 'o-5', 'o-4', 'o-3', 'o-2', 'o-1']);
  });

  it('S4: leaves out what a lagging list still has but has expired or gave way to a later run', async () => {
    const stale: ApiKit = await apiKit({
      verifier: kit.verifier,
      log: {
        ...kit.store.log,
        list: async (...args) => {
          const page = await kit.store.log.list(...args);
          const [first] = page.updates;
          const extra = first
            ? [
                { ...first, id: 'expired' },
                { ...first, epoch: epochOf(0) },
              ]
            : [];
          return { ...page, updates: [...extra, ...page.updates] };
        },
      },
    });
    const { executions } = await (await stale.get('/executions?workflow=returns', key)).json();
    expect(executions).toHaveLength(1);
  });

  it('S28: a token of a workflow lists that workflow only', async () => {
    const token = await kit.token({ type: 'workflow', workflow: 'orders' });
    expect(names(await list('', token))).toHaveLength(7);
    expect(names(await list('?limit=1', token))).toEqual(['o-7']);
    expect(await list('?workflow=returns', token)).toEqual({ executions: [], next: null });
    const other = await kit.token({ type: 'workflow', workflow: 'returns' });
    expect(await list('?workflow=orders&limit=1', other)).toEqual({ executions: [], next: null });
    expect(await list('?workflow=absent', token)).toEqual({ executions: [], next: null });
    expect(names(await list('?limit=2', await kit.token({ type: 'workflow', workflow: 'orders' }, 'other')))).toEqual([
      'foreign',
    ]);
  });

  it.each(['?status=DONE', '?limit=101', '?limit=0', '?workflow=', '?after=', '?after=x', '?after=WzFd'])(
    '%s is 400',
    async (query) => {
      const answer = await kit.get(`/executions${query}`, key);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    },
  );
});
