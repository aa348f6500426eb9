import type { RowResult } from '../row.ts';
import { figuresOf, judge, limitText, spread } from './format.ts';

/** Both tables: the goals, and the figures behind them. */
export function markdown(results: readonly RowResult[]): string {
  const goals = results.flatMap((result) =>
    judge(result).map(
      ({ goal, spread: values, reached }) =>
        `| ${result.row.title} | ${goal.text} | ${limitText(goal)} | ${spread(values)} | ${reached ? 'reached' : '**not reached**'} |`,
    ),
  );
  const figures = results.map(
    (result) =>
      `| ${result.row.title} | ${result.row.unit} | ${figuresOf(result)
        .map(([name, values]) => `${name} ${spread(values)}`)
        .join(' · ')} |`,
  );
  return [
    '| what | ratio | goal | median (range) | |',
    '|---|---|---|---|---|',
    ...goals,
    '',
    '| what | unit | median (range) of each contender |',
    '|---|---|---|',
    ...figures,
  ].join('\n');
}
