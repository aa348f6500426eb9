import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { IntakeRecord, LogKey } from '../../../core/ports.ts';
import { createStartQueue } from '../../../embedded/service/start-queue.ts';

const key = (id: string): LogKey => ({ workflow: 'orders', id });
const nothingPending = { pending: async () => ({ records: [], next: null }) };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('the start queue', () => {
  it('starts at most so many at once, in order', async () => {
    const started: string[] = [];
    const gates: (() => void)[] = [];
    const start = ({ id }: LogKey) =>
      new Promise<void>((resolve) => {
        started.push(id);
        gates.push(resolve);
      });
    const queue = createStartQueue({ intakes: nothingPending, start, onError: () => undefined, concurrency: 2 });
    queue.enqueue(['a', 'b', 'c', 'a'].map(key));
    expect(started).toEqual(['a', 'b']);
    expect(queue.size).toBe(3);
    gates[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(started).toEqual(['a', 'b', 'c']);
    for (const open of gates) open();
    await queue.stop();
  });

  it('tries a failed one again, later each time, and lets the others go on', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const tries: string[] = [];
    const errors: unknown[] = [];
    const start = async ({ id }: LogKey): Promise<void> => {
      tries.push(id);
      if (id === 'bad') throw new Error('throttled');
    };
    const queue = createStartQueue({
      intakes: nothingPending,
      start,
      onError: (error) => errors.push(error),
      retryMs: 100,
    });
    queue.enqueue([key('bad'), key('good')]);
    await vi.advanceTimersByTimeAsync(0);
    expect(tries).toEqual(['bad', 'good']);
    await vi.advanceTimersByTimeAsync(100);
    expect(tries).toEqual(['bad', 'good', 'bad']);
    await vi.advanceTimersByTimeAsync(99);
    expect(tries).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(101);
    expect(tries).toHaveLength(4);
    expect(errors).toHaveLength(3);
    await queue.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(tries).toHaveLength(4);
  });

  it('S34: finds what an earlier process left, page by page', async () => {
    const record = (id: string): IntakeRecord => ({
      ...key(id),
      tenant: 't',
      intakeAttempt: 1,
      input: '{}',
      acceptedAt: 0,
    });
    const pages = new Map([
      [null, { records: [record('a'), record('b')], next: 'n' }],
      ['n', { records: [record('c')], next: null }],
    ]);
    const started: string[] = [];
    const queue = createStartQueue({
      intakes: { pending: async (cursor) => pages.get(cursor as null) ?? { records: [], next: null } },
      start: async ({ id }) => void started.push(id),
      onError: () => undefined,
    });
    await queue.resume();
    await queue.stop();
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('tells what waits and since when, also between two tries', async () => {
    let fails = true;
    const start = async (): Promise<void> => {
      if (fails) throw new Error('no');
    };
    const queue = createStartQueue({ intakes: nothingPending, start, onError: () => undefined, retryMs: 100 });
    expect(queue.stats()).toEqual({ waiting: 0, oldestAt: null });
    const at = Date.now();
    queue.enqueue([key('a')]);
    await vi.advanceTimersByTimeAsync(10);
    expect(queue.size).toBe(0);
    queue.enqueue([key('b')]);
    expect(queue.stats()).toEqual({ waiting: 2, oldestAt: at });
    fails = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(queue.stats()).toEqual({ waiting: 0, oldestAt: null });
    await queue.stop();
  });
});
