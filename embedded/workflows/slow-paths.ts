import { mapCode } from './expressions.ts';

/** Indexes that stand together, as `[0, 2]`. */
const union = /\[\s*(-?\d+(?:\s*,\s*-?\d+)+)\s*\]/g;

function slowIn(path: string): string | null {
  if (path.split('..').length > 2) return 'only one segment of a path may look into all descendants (..)';
  for (const [, list = ''] of path.matchAll(union)) {
    const indexes = list.split(',').map(Number);
    const oneSign = indexes.every((index) => index < 0) || indexes.every((index) => index >= 0);
    if (!oneSign || new Set(indexes).size < indexes.length) {
      return 'indexes that stand together must be different, and counted from one end';
    }
  }
  for (const filter of path.split('[?').slice(1)) {
    if (filter.split(')]')[0]?.includes('..')) return 'a filter may not look into all descendants (..)';
  }
  return null;
}

/**
 * Why an expression of the Amazon States Language could take more than linear time in an execution's data, which is its
 * caller's; null when it cannot. What the validator takes has no patterns and no calls in its filters.
 */
export function slowness(expression: string): string | null {
  let code = '';
  mapCode(expression, (part) => {
    code += part;
    return part;
  });
  for (const path of code.split('$')) {
    const found = slowIn(path);
    if (found !== null) return found;
  }
  return null;
}
