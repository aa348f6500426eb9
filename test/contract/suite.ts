import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playCell } from './cell.ts';
import type { Deployment, OpenDeployment } from './deployment.ts';
import { type Cell, nameOf } from './table.ts';

interface SuiteOptions {
  readonly name: string;
  readonly open: OpenDeployment;
  readonly cells: readonly Cell[];
  /** Cells mostly wait for sockets, so many are played at a time. Default 16. */
  readonly atOnce?: number;
}

/** Plays cells against one deployment that they share, except those that stop it. Each is a test of its own. */
export function contractSuite({ name, open, cells, atOnce = 16 }: SuiteOptions): void {
  const playable = cells.filter(({ reason }) => reason === null);
  const played = new Set<string>();
  let shared: Deployment;
  let outcomes: readonly Promise<void>[] = [];

  async function play({ scenario, column }: Cell): Promise<void> {
    const deployment = scenario.alone ? await open() : shared;
    try {
      await playCell(scenario, column, deployment);
    } finally {
      if (scenario.alone) await deployment.discard();
    }
  }

  describe(`${name}: ${playable.length} cells`, () => {
    beforeAll(async () => {
      shared = await open();
      outcomes = startAll(
        playable.map((cell) => () => play(cell)),
        atOnce,
      );
    });
    afterAll(async () => {
      await Promise.allSettled(outcomes);
      await shared.discard();
    });

    for (const [index, cell] of playable.entries()) {
      it(nameOf(cell), async () => {
        played.add(nameOf(cell));
        await outcomes[index];
      });
    }

    it('plays every cell it names', () => {
      expect(played.size).toBe(playable.length);
    });
  });
}

/** Runs all, so many at a time, in order. Each task's outcome is its own. */
function startAll(tasks: readonly (() => Promise<void>)[], atOnce: number): readonly Promise<void>[] {
  const outcomes = tasks.map(() => Promise.withResolvers<void>());
  let next = 0;
  async function work(): Promise<void> {
    for (let index = next++; index < tasks.length; index = next++) {
      const [task, outcome] = [tasks[index], outcomes[index]];
      await task?.().then(outcome?.resolve, outcome?.reject);
    }
  }
  for (let worker = 0; worker < atOnce; worker += 1) void work();
  return outcomes.map(({ promise }) => {
    // Whoever asks for it gets the failure; until then it is nobody's.
    promise.catch(() => undefined);
    return promise;
  });
}
