import { type Column, carrierOf, channelsOf, columns } from './columns.ts';
import type { Ability, Deployment } from './deployment.ts';
import { historyScenarios } from './scenarios/history.ts';
import { lossyScenarios } from './scenarios/lossy.ts';
import { networkScenarios } from './scenarios/network.ts';
import { steadyScenarios } from './scenarios/steady.ts';
import type { Stage } from './stage.ts';

/** One row of the table. */
export interface Scenario {
  readonly name: string;
  /** Default: one of its own, that nobody configured. */
  readonly workflow?: string;
  /** The service goes on while the column changes channels, and may be at the end before the second is up. */
  readonly isRun?: boolean;
  readonly needs?: readonly Ability[];
  /** It stops the service, so it has one of its own. Default: shared with all other cells. */
  readonly alone?: boolean;
  /** Why it makes no sense in a column; null where it does. Default: it does everywhere. */
  readonly senseless?: (column: Column) => string | null;
  /** Must call `midway` and `later` once each, and ends with a terminal update committed. */
  readonly play: (stage: Stage) => Promise<void>;
}

export interface Cell {
  readonly scenario: Scenario;
  readonly column: Column;
  /** Why there is nothing to play; null: it is played. */
  readonly reason: string | null;
}

export const scenarios: readonly Scenario[] = [
  ...steadyScenarios,
  ...lossyScenarios,
  ...historyScenarios,
  ...networkScenarios,
];

export const nameOf = ({ scenario, column }: Pick<Cell, 'scenario' | 'column'>): string =>
  `${scenario.name} | ${column.name}`;

/** What decides which cells a deployment can play. */
export type Playable = Pick<Deployment, 'abilities' | 'carriers' | 'name'>;

/** Every scenario in every column, for one deployment. */
export function cellsOf({ abilities, carriers, name }: Playable): readonly Cell[] {
  const reasonOf = (scenario: Scenario, column: Column): string | null => {
    const missing = channelsOf(column).find((channel) => !carriers.has(carrierOf(channel)));
    if (missing) return `${name} has no ${missing}`;
    const ability = scenario.needs?.find((need) => !abilities.has(need));
    if (ability) return `${name} cannot be made to ${ability}`;
    return scenario.senseless?.(column) ?? null;
  };
  return scenarios.flatMap((scenario) =>
    columns.map((column) => ({ scenario, column, reason: reasonOf(scenario, column) })),
  );
}

/** How many of the twelve switches each scenario has in the sample. */
const switchesEach = 2;

/**
 * The cells that every run of the tests plays: each scenario in each channel, in one of the two automatic columns, and in
 * two of the switches, by turns, so that every ordered pair of channels comes with several scenarios.
 */
export function sampleOf(cells: readonly Cell[]): readonly Cell[] {
  return scenarios.flatMap((scenario, row) => {
    const own = cells.filter((cell) => cell.scenario === scenario);
    const turn = (type: Column['type'], count: number): readonly Cell[] => {
      const all = own.filter(({ column, reason }) => column.type === type && reason === null);
      return Array.from(
        { length: Math.min(count, all.length) },
        (_, nth) => all[(row * count + nth) % all.length],
      ).filter((cell) => cell !== undefined);
    };
    return [
      ...own.filter(({ column }) => column.type === 'channel'),
      ...turn('automatic', 1),
      ...turn('switch', switchesEach),
    ];
  });
}

/** Every second cell, and the others: two files, for two workers. */
export const halfOf = (cells: readonly Cell[], half: 0 | 1): readonly Cell[] =>
  cells.filter((_, index) => index % 2 === half);

/**
 * What a run of the tests plays: the sample, or all of it with `STATUSWIRE_CONTRACT=whole`, or, to look at a failure, the
 * cells whose name holds another value of that variable.
 */
export function chosenOf(cells: readonly Cell[], choice = process.env.STATUSWIRE_CONTRACT): readonly Cell[] {
  if (choice === undefined) return sampleOf(cells);
  return choice === 'whole' ? cells : cells.filter((cell) => nameOf(cell).includes(choice));
}
