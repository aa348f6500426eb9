import { describe, expect, it } from 'vitest';
import { channelsOf, columns } from '../contract/columns.ts';
import { contractSuite } from '../contract/suite.ts';
import { type Cell, cellsOf, chosenOf, nameOf, scenarios } from '../contract/table.ts';
import { deployed, openDeployed } from './deployment.ts';

/** So many cells of each scenario. */
const each = 2;

/**
 * Each scenario in two columns, by turns, so that every channel, every switch between two, and the automatic one come
 * with several. A cell takes seconds of two cores here; all of them are played by `STATUSWIRE_CONTRACT=whole`.
 */
function sampleOf(all: readonly Cell[]): readonly Cell[] {
  return scenarios.flatMap((scenario, row) => {
    const own = all.filter((cell) => cell.scenario === scenario);
    const playable = own.filter(({ reason }) => reason === null);
    const turns = Array.from({ length: each }, (_, nth) => playable[(row * each + nth) % playable.length]);
    // Those that nobody can play here are listed with their reason.
    return own.filter((cell) => cell.reason !== null || turns.includes(cell));
  });
}

const table = cellsOf(deployed);
const chosen = process.env.STATUSWIRE_CONTRACT === undefined ? sampleOf(table) : chosenOf(table);
const isBurst = ({ scenario }: Cell): boolean => scenario.name.startsWith('burst');
/** Bursts come last: a thousand messages in the queue of a sender that may have two processes hold up whoever is behind them. */
const cells = [...chosen.filter((cell) => !isBurst(cell)), ...chosen.filter(isBurst)];
const isPlayed =
  (column: string) =>
  (cell: Cell): boolean =>
    cell.column.name === column && cell.reason === null;
const without = cells.filter(({ reason }) => reason !== null);

// Each of a cell's steps passes several Lambdas, which are processes here.
contractSuite({ name: 'G6, deployed', open: openDeployed, cells, atOnce: 8 });

describe(`G6, deployed: of ${table.length} cells, ${without.length} make no sense here`, () => {
  const reasons = Map.groupBy(without, ({ reason }) => reason ?? '');
  for (const [reason, left] of reasons) {
    it(`${left.length} because ${reason}`, () => {
      expect(left.map(nameOf)).not.toEqual([]);
    });
  }

  it('G6: every channel, every switch and the automatic column are played, with several scenarios each', () => {
    const names = columns.filter((column) => channelsOf(column).every((name) => name !== 'appsync'));
    const counts = names.map(({ name }) => [name, cells.filter(isPlayed(name)).length]);
    if (process.env.STATUSWIRE_CONTRACT === undefined)
      expect(counts.filter(([, count]) => Number(count) < 3)).toEqual([]);
  });
});
