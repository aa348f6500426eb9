import { beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../../core/facts.ts';
import type { Book } from '../../../core/head.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { iso, now, seed } from './support/logs.ts';

let kit: ApiKit;
let key: string;
beforeAll(async () => {
  kit = await apiKit();
  key = await kit.key();
});

const succeeded = { status: 'SUCCEEDED', done: true, stoppedAt: iso(now) } as const;
const ended = (result: Result): Partial<Book> => ({
  attempt: 0,
  end: { status: 'SUCCEEDED', source: 'event', at: now, result, error: null },
});

async function resultOf(id: string): Promise<{ status: number; retryAfter: string | null; body: unknown }> {
  const answer = await kit.get(`/result/orders/${id}`, key);
  return { status: answer.status, retryAfter: answer.headers.get('Retry-After'), body: await answer.json() };
}

describe('GET /result', () => {
  it('is 202 with Retry-After while it runs', async () => {
    await seed(kit.store.log, { id: 'running' });
    expect(await resultOf('running')).toEqual({ status: 202, retryAfter: '1', body: { status: 'RUNNING' } });
  });

  it('is 202 while a failed one waits for its redrive', async () => {
    await seed(kit.store.log, { id: 'waiting', last: { status: 'PENDING_REDRIVE' } });
    expect(await resultOf('waiting')).toMatchObject({ status: 202, body: { status: 'PENDING_REDRIVE' } });
  });

  it('is the projected output', async () => {
    const output = { total: 42 };
    await seed(kit.store.log, {
      id: 'ok',
      last: { ...succeeded, output },
      book: ended({ type: 'value', value: output }),
    });
    expect(await resultOf('ok')).toEqual({ status: 200, retryAfter: null, body: { output } });
  });

  it('S15: serves an output that was too large for the updates', async () => {
    const value = { text: 'x'.repeat(40_000) };
    await seed(kit.store.log, {
      id: 'large',
      last: { ...succeeded, outputOmitted: true },
      book: ended({ type: 'value', value }),
    });
    expect(await resultOf('large')).toMatchObject({ status: 200, body: { output: value } });
  });

  it('S15: says so when an output was wanted and could not be had', async () => {
    await seed(kit.store.log, {
      id: 'omitted',
      last: { ...succeeded, outputOmitted: true },
      book: ended({ type: 'omitted' }),
    });
    expect(await resultOf('omitted')).toMatchObject({ status: 200, body: { output: null, outputOmitted: true } });
  });

  it('S14: has no output where the projection names nothing', async () => {
    await seed(kit.store.log, { id: 'bare', last: succeeded, book: ended({ type: 'none' }) });
    expect(await resultOf('bare')).toEqual({ status: 200, retryAfter: null, body: { output: null } });
  });

  it.each([
    ['FAILED', { name: 'PaymentProcessingError', cause: 'Payment processing failed' }],
    ['TIMED_OUT', { name: 'States.Timeout', cause: null }],
    ['ABORTED', null],
  ] as const)('is 200 with the error when %s', async (status, error) => {
    const id = `end-${status}`;
    await seed(kit.store.log, { id, last: { status, done: true, error, stoppedAt: iso(now) } });
    expect(await resultOf(id)).toEqual({
      status: 200,
      retryAfter: null,
      body: { error: error ?? { name: null, cause: null } },
    });
  });
});
