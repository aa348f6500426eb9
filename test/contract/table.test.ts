import { describe, expect, it } from 'vitest';
import { channelNames, columns } from './columns.ts';
import { embedded } from './embedded.ts';
import { cellsOf, chosenOf, halfOf, nameOf, sampleOf, scenarios } from './table.ts';

const cells = cellsOf(embedded);
const without = cells.filter(({ reason }) => reason !== null);

describe(`the table: ${scenarios.length} scenarios in ${columns.length} columns, ${cells.length} cells`, () => {
  it('G6: has a column for every channel, every ordered pair of channels, and each automatic push', () => {
    const pairs = channelNames.flatMap((start) =>
      channelNames.filter((then) => then !== start).map((then) => `${start} → ${then}`),
    );
    expect(columns.map(({ name }) => name)).toEqual([
      ...channelNames,
      ...pairs,
      'automatic over graphql-transport-ws',
      'automatic over appsync',
    ]);
  });

  it('has a cell for every scenario in every column, each once', () => {
    const names = scenarios.flatMap((scenario) => columns.map((column) => nameOf({ scenario, column })));
    expect(cells.map(nameOf)).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
  });

  it(`leaves out ${without.length} cells, each for a reason that is stated`, () => {
    expect(without.map((cell) => `${nameOf(cell)}: ${cell.reason}`)).toEqual(
      ['a socket that is never acknowledged', 'a subscription that is active late'].flatMap((scenario) =>
        ['polling', 'webhook', 'polling → webhook', 'webhook → polling'].map(
          (name) => `${scenario} | ${name}: opens no socket`,
        ),
      ),
    );
  });

  it('a deployment that cannot do something says so in every cell that needs it', () => {
    const little = cellsOf({ name: 'little', abilities: new Set(), carriers: new Set(['http', 'webhook']) });
    expect(little).toHaveLength(cells.length);
    const reasons = new Set(little.map(({ reason }) => reason));
    expect(reasons).toContain('little has no appsync');
    expect(reasons).toContain('little cannot be made to trim');
  });

  it(`the sample of ${sampleOf(cells).length} cells has each scenario in each channel, and each switch with several scenarios`, () => {
    const sample = sampleOf(cells);
    for (const scenario of scenarios) {
      const own = sample.filter((cell) => cell.scenario === scenario).map(({ column }) => column);
      expect(own.filter(({ type }) => type === 'channel').map(({ name }) => name)).toEqual(channelNames);
      expect(own.filter(({ type }) => type === 'switch').length).toBe(2);
      expect(own.filter(({ type }) => type === 'automatic').length).toBe(1);
    }
    for (const column of columns) {
      expect(sample.filter((cell) => cell.column === column).length).toBeGreaterThanOrEqual(4);
    }
  });

  it('the two halves are the whole, and the whole is everything', () => {
    expect(chosenOf(cells, 'whole')).toEqual(cells);
    const both = [...halfOf(cells, 0), ...halfOf(cells, 1)];
    expect(new Set(both)).toEqual(new Set(cells));
    expect(both).toHaveLength(cells.length);
  });
});
