import type { RowResult } from '../row.ts';
import { figure, judge } from './format.ts';

const rowHeight = 22;
const labelWidth = 430;
const plotWidth = 380;
const margin = 20;
const decades = [0.1, 1, 10, 100] as const;

/** Where a factor lies on the logarithmic axis. */
function x(factor: number): number {
  const least = Math.log10(decades[0]);
  const most = Math.log10(decades[decades.length - 1] ?? 100);
  const share = (Math.log10(factor) - least) / (most - least);
  return labelWidth + Math.min(Math.max(share, 0), 1) * plotWidth;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * A picture of every goal: the bar is how far we are from its limit (1 is the limit itself, right of it is better), the
 * thin line the range over the rounds.
 */
export function plot(results: readonly RowResult[]): string {
  const bars = results.flatMap((result) =>
    judge(result).map(({ goal, spread, reached }) => {
      const beyond = (value: number): number =>
        'atLeast' in goal.limit ? value / goal.limit.atLeast : goal.limit.atMost / value;
      const ends = [beyond(spread.least), beyond(spread.most)].sort((a, b) => a - b);
      return {
        label: `${result.row.title}: ${goal.text}`,
        value: beyond(spread.median),
        from: ends[0] ?? 0,
        to: ends[1] ?? 0,
        reached,
      };
    }),
  );
  const height = bars.length * rowHeight + 3 * margin;
  const width = labelWidth + plotWidth + 4 * margin;
  const axis = decades.map(
    (factor) =>
      `<line x1="${x(factor).toFixed(1)}" y1="${margin}" x2="${x(factor).toFixed(1)}" y2="${height - 2 * margin}" stroke="${factor === 1 ? '#333' : '#ddd'}"/>` +
      `<text x="${x(factor).toFixed(1)}" y="${height - margin}" text-anchor="middle">${factor}×</text>`,
  );
  const lines = bars.map(({ label, value, from, to, reached }, index) => {
    const top = margin + index * rowHeight;
    const start = Math.min(x(1), x(value));
    return [
      `<text x="${labelWidth - 8}" y="${top + 15}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${start.toFixed(1)}" y="${top + 4}" width="${Math.max(1, Math.abs(x(value) - x(1))).toFixed(1)}" height="14" fill="${reached ? '#2a7f62' : '#c8553d'}"/>`,
      `<line x1="${x(from).toFixed(1)}" y1="${top + 11}" x2="${x(to).toFixed(1)}" y2="${top + 11}" stroke="#000"/>`,
      `<text x="${(labelWidth + plotWidth + 8).toFixed(1)}" y="${top + 15}">${figure(value)}×</text>`,
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    '<title>Distance from each goal: 1× is the goal, more is better</title>',
    ...axis,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
