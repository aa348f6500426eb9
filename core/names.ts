/**
 * Longest name of a state machine, an execution or a state, in characters (CreateStateMachine and StartExecution in the
 * API reference; the Amazon States Language).
 */
export const maxNameLength = 80;

/** What is wrong with a text that is no name, in words for its author. */
export const nameRule = `1 to ${maxNameLength} characters, and neither "." nor ".."`;

/**
 * Is it a name that an execution or a workflow can be asked for by? Every client folds `.` and `..` away as segments of a
 * path (RFC 3986 §5.2.4), however they are escaped (S1), and half a character fits into no URL.
 *
 * AppSync's resolvers run this file, so it keeps to what APPSYNC_JS has: no regular expressions, no loops by index.
 */
export function isName(text: string): boolean {
  return text !== '.' && text !== '..' && hasLength(text, 1, maxNameLength) && isWhole(text);
}

/**
 * Has a text so many characters? Counted as Step Functions, JSON Schema and people do, by Unicode code points, of which
 * those outside the Basic Multilingual Plane are two units of a JavaScript string.
 */
export function hasLength(text: string, least: number, most: number): boolean {
  if (text.length < least || text.length > 2 * most) return false;
  if (text.length <= most && least <= 1) return true;
  const characters = text.split('').filter((unit) => !isSecondHalf(unit)).length;
  return characters >= least && characters <= most;
}

/** Without surrogates that stand alone. */
function isWhole(text: string): boolean {
  const units = text.split('');
  return units.every((unit, at) =>
    isFirstHalf(unit) ? isSecondHalf(units[at + 1] ?? '') : !isSecondHalf(unit) || isFirstHalf(units[at - 1] ?? ''),
  );
}

// A runtime that splits by characters has no halves: what it makes of a pair is longer than one unit.
const isFirstHalf = (unit: string): boolean => unit.length === 1 && unit >= '\ud800' && unit <= '\udbff';
const isSecondHalf = (unit: string): boolean => unit.length === 1 && unit >= '\udc00' && unit <= '\udfff';
