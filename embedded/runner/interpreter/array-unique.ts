import type { Json } from '../../../core/contract.ts';

const call = 'States.ArrayUnique(';

/** Where the last call begins outside quotes, and where its argument ends; null when there is none. */
function lastCall(expression: string): { readonly from: number; readonly to: number } | null {
  let quoted = false;
  let from = -1;
  for (let at = 0; at < expression.length; at += 1) {
    if (expression[at] === '\\') at += 1;
    else if (expression[at] === "'") quoted = !quoted;
    else if (!quoted && expression.startsWith(call, at)) from = at;
  }
  if (from < 0) return null;
  let open = 1;
  quoted = false;
  for (let at = from + call.length; at < expression.length; at += 1) {
    const character = expression[at];
    if (character === '\\') at += 1;
    else if (character === "'") quoted = !quoted;
    else if (!quoted && character === '(') open += 1;
    else if (!quoted && character === ')') open -= 1;
    if (open === 0) return { from, to: at };
  }
  return null;
}

/** The same text for values that are equal, whatever the order of their keys. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  // Pairs instead of an object: an object would put keys that look like numbers first, and treat __proto__ apart.
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { pairs: pairs.map(([name, inner]) => [name, sorted(inner)]) };
}

/** The list without what it holds before, in one walk. */
function unique(list: readonly Json[]): readonly Json[] {
  const seen = new Set<string>();
  return list.filter((value) => {
    const text = JSON.stringify(sorted(value));
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

/**
 * The expression with its calls of `States.ArrayUnique` evaluated: the library compares every value with every other, which
 * takes a minute for a list of 256 KiB.
 *
 * @param evaluate reads an expression
 * @param keep stores a list; answers the path that finds it
 */
export async function withoutArrayUnique(
  expression: string,
  evaluate: (expression: string) => Promise<Json>,
  keep: (list: readonly Json[]) => string,
): Promise<string> {
  let left = expression;
  for (let found = lastCall(left); found !== null; found = lastCall(left)) {
    const list = await evaluate(left.slice(found.from + call.length, found.to).trim());
    // No list: the library says so in its own words.
    if (!Array.isArray(list)) return left;
    left = left.slice(0, found.from) + keep(unique(list)) + left.slice(found.to + 1);
  }
  return left;
}
