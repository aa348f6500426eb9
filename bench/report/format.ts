import type { Goal, RowResult } from '../row.ts';
import { type Spread, spreadOf } from './spread.ts';

/** Three significant digits, plain. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}

/** Median, and the range in brackets where rounds differ. */
export function spread({ median, least, most }: Spread): string {
  return figure(least) === figure(most) ? figure(median) : `${figure(median)} (${figure(least)}–${figure(most)})`;
}

export interface Judged {
  readonly goal: Goal;
  readonly spread: Spread;
  readonly reached: boolean;
}

/** The goals of a row, judged by the median of the rounds. */
export function judge({ row, rounds }: RowResult): readonly Judged[] {
  return row.goals.map((goal) => {
    const values = spreadOf(rounds.map(goal.value));
    const reached = 'atLeast' in goal.limit ? values.median >= goal.limit.atLeast : values.median <= goal.limit.atMost;
    return { goal, spread: values, reached };
  });
}

export function limitText({ limit }: Goal): string {
  return 'atLeast' in limit ? `≥ ${limit.atLeast}` : `≤ ${limit.atMost}`;
}

/** The figures of every contender, by name. */
export function figuresOf({ rounds }: RowResult): readonly (readonly [name: string, spread: Spread])[] {
  const names = Object.keys(rounds[0] ?? {}).sort((a, b) => Number(b === 'ours') - Number(a === 'ours'));
  return names.map((name) => [name, spreadOf(rounds.map((round) => round[name] ?? Number.NaN))]);
}
