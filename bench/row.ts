/** How large the measurements are. `quick` shows that everything works; its figures mean little. */
export type Scale = 'full' | 'quick';

/** One round's measurements of a row, by contender. */
export type Measures = Readonly<Record<string, number>>;

/** What a row wants to be true of a round's measurements. */
export interface Goal {
  readonly text: string;
  /** A ratio against a named peer of the same round, or, where the goal is absolute, the figure itself. */
  readonly value: (measures: Measures) => number;
  readonly limit: { readonly atLeast: number } | { readonly atMost: number };
}

/** Contenders that are set up and may be measured again and again. */
export interface Running {
  /** One measurement each; `ours` is the service. A measurement may answer several figures at once. */
  readonly contenders: Readonly<Record<string, () => Promise<number | Measures>>>;
  /** Ends what was started. */
  readonly stop: () => Promise<void>;
}

/** One line of the benchmark: contenders measured one after another, round by round, under the same load. */
export interface Row {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** Of the measurements. */
  readonly unit: string;
  readonly goals: readonly Goal[];
  /** Each measurement starts afresh, so there is nothing to warm up. @default false */
  readonly cold?: boolean;
  readonly start: (scale: Scale) => Promise<Running>;
}

/** A row's rounds. */
export interface RowResult {
  readonly row: Row;
  readonly rounds: readonly Measures[];
  /** Milliseconds that it took, setting up included. */
  readonly tookMs: number;
}

/** Cost of a peer over our own: above 1 we are cheaper. */
export function cheaperThan(peer: string, ours = 'ours'): Goal['value'] {
  return (measures) => (measures[peer] ?? Number.NaN) / (measures[ours] ?? Number.NaN);
}

/** Our rate over a peer's: above 1 we are faster. */
export function fasterThan(peer: string, ours = 'ours'): Goal['value'] {
  return (measures) => (measures[ours] ?? Number.NaN) / (measures[peer] ?? Number.NaN);
}
