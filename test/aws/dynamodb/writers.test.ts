import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TablePorts } from '../../../aws/dynamodb/index.ts';
import type { Update } from '../../../core/contract.ts';
import { epochOf, makeChange } from '../../support/make-update.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { type Fate, faultyClient } from './support/faults.ts';
import { type OpenTable, openTable } from './support/open-table.ts';
import { openStream } from './support/stream.ts';

const key = { workflow: 'orders', id: 'order-1' };
const writers = 20;
const each = 2;

describe('many writers on one execution', () => {
  let table: OpenTable;
  beforeEach(async () => {
    table = await openTable();
  });
  afterEach(() => table.drop());

  /** Load, build on it, commit, again on conflict: what the appender does, without its grouping. */
  async function write(ports: TablePorts, name: string): Promise<void> {
    for (let n = 0; n < each; n++) {
      const state = `${name}, ${n}`;
      for (;;) {
        const [before = null] = await ports.log.load([key]);
        const [answer] = await ports.log.commit([makeChange({ before, update: { state } })]);
        if (answer === 'ok') break;
      }
    }
  }

  async function expectWhole(): Promise<void> {
    const page = await table.ports().log.read(key, { epoch: epochOf(1), seq: 0 }, 1_000, 1e9);
    if (page.type !== 'page') throw new Error('no page');
    expect(page.updates.map(({ seq }) => seq)).toEqual(Array.from({ length: writers * each }, (_, n) => n + 1));
    const states = new Set(page.updates.map(({ state }) => state));
    expect(states.size).toBe(writers * each);
    expect(page.more).toBe(false);
  }

  it('S33: 20 writers lose nothing, double nothing and leave no gap', async () => {
    const ports = table.ports();
    await Promise.all(Array.from({ length: writers }, (_, n) => write(ports, `writer ${n}`)));
    await expectWhole();
  });

  it.each([1, 2])('G1, G2: nor with throttling, conflicts and lost answers (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const met: Record<Fate, number> = { pass: 0, throttle: 0, conflict: 0, lose: 0 };
    const client = faultyClient((command) => {
      const fates = ['throttle', 'lose', ...(command.startsWith('TransactWrite') ? ['conflict'] : [])] as Fate[];
      const fate = fates[Math.floor(random() * 12)] ?? 'pass';
      met[fate] += 1;
      return fate;
    });
    const ports = table.ports({ client });
    await Promise.all(Array.from({ length: writers }, (_, n) => write(ports, `writer ${n}`)));
    for (const fate of ['throttle', 'conflict', 'lose'] as const) expect(met[fate]).toBeGreaterThan(2);
    await expectWhole();
    client.destroy();

    const told: Update[] = [];
    const stream = await openStream(table.name);
    while (told.length < writers * each) {
      await table.ports().fanOut(await stream.next(), async (updates) => void told.push(...updates));
    }
    expect(told.map(({ seq }) => seq)).toEqual(Array.from({ length: writers * each }, (_, n) => n + 1));
  });
});
