import { readFileSync, writeFileSync } from 'node:fs';
import type { RowResult } from '../row.ts';
import { markdown } from './markdown.ts';
import { plot } from './plot.ts';

const page = new URL('../../docs/benchmarks.md', import.meta.url);
const picture = new URL('../../docs/benchmarks.svg', import.meta.url);
const begin = '<!-- results: begin -->';
const end = '<!-- results: end -->';

/** Fills the results into docs/benchmarks.md between its marks, and draws the picture. Throws when the marks are gone. */
export function writeResults(results: readonly RowResult[], heading: string): void {
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has lost its marks ${begin} … ${end}`);
  const filled = `${text.slice(0, from + begin.length)}\n${heading}\n\n${markdown(results)}\n${text.slice(to)}`;
  writeFileSync(page, filled);
  writeFileSync(picture, plot(results));
}
