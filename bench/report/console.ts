import type { RowResult } from '../row.ts';
import { figuresOf, judge, limitText, spread } from './format.ts';

/** One row as text for a terminal. */
export function consoleText(result: RowResult): string {
  const { row } = result;
  const width = Math.max(...figuresOf(result).map(([name]) => name.length));
  return [
    `${row.title} [${row.unit}]  (${(result.tookMs / 1_000).toFixed(1)} s)`,
    ...figuresOf(result).map(([name, values]) => `    ${name.padEnd(width)}  ${spread(values)}`),
    ...judge(result).map(
      ({ goal, spread: values, reached }) =>
        `  ${reached ? '✓' : '✗'} ${goal.text}: ${spread(values)}, goal ${limitText(goal)}`,
    ),
  ].join('\n');
}
