import type { Json } from '../../../core/contract.ts';
import type { JsonObject } from '../../workflows/asl.ts';

/** What a pattern asks of one place: a character, or (null) any number of them. */
function readPattern(pattern: string): readonly (string | null)[] {
  const parts: (string | null)[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at];
    if (character === '\\') parts.push(characters[++at] ?? '\\');
    else if (character !== '*') parts.push(character ?? '');
    else if (parts.at(-1) !== null) parts.push(null);
  }
  return parts;
}

/**
 * `StringMatches` of the Amazon States Language: `*` stands for any number of characters, `\` takes its meaning from the
 * next one. A star takes as little as it can and only the last one is ever widened, so a match costs at most text times
 * pattern; a regular expression made of stars takes a power of the text instead.
 */
export function matchesWildcards(text: string, pattern: string): boolean {
  const parts = readPattern(pattern);
  let at = 0;
  let part = 0;
  let star: { readonly part: number; at: number } | null = null;
  while (at < text.length) {
    const wanted = parts[part];
    if (wanted === null) {
      star = { part, at };
      part += 1;
    } else if (wanted !== undefined && text.startsWith(wanted, at)) {
      at += wanted.length;
      part += 1;
    } else if (star !== null) {
      star.at += 1;
      at = star.at;
      part = star.part + 1;
    } else {
      return false;
    }
  }
  return parts.slice(part).every((left) => left === null);
}

const isRule = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The choice rule with each `StringMatches` replaced by what it comes to, as `said` writes it. `read` reads a path;
 * where that fails or gives no text the rule stays, so that it fails the same way if it is asked at all.
 */
export async function withoutWildcards(
  rule: JsonObject,
  read: (path: string) => Promise<Json>,
  said: (matches: boolean) => JsonObject,
): Promise<JsonObject> {
  const { StringMatches: pattern, Variable: path } = rule;
  if (typeof pattern === 'string' && typeof path === 'string') {
    const value = await read(path).catch(() => null);
    if (typeof value !== 'string') return rule;
    const { StringMatches, Variable, ...rest } = rule;
    return { ...rest, ...said(matchesWildcards(value, pattern)) };
  }
  const inside = async (value: Json): Promise<Json> => {
    if (Array.isArray(value)) return Promise.all(value.map(inside));
    return isRule(value) ? withoutWildcards(value, read, said) : value;
  };
  const entries = Object.entries(rule).map(async ([name, value]) =>
    name === 'And' || name === 'Or' || name === 'Not' ? [name, await inside(value)] : [name, value],
  );
  return Object.fromEntries(await Promise.all(entries));
}
