import { FunctionExpressionType, JSONPathEnvironment, type JSONPathQuery, jsonpath } from 'json-p3';
import type { Json } from '../contract.ts';
import { fits } from './json-bounds.ts';
import { compileRegexp, type LinearRegexp } from './linear-regexp.ts';

const { expressions, selectors } = jsonpath;
type Segment = JSONPathQuery['segments'][number];
type Selector = Segment['selectors'][number];
type Expression = InstanceType<typeof expressions.FilterExpression>;

const { LogicalType, ValueType } = FunctionExpressionType;

/** `match` and `search` of RFC 9535, with patterns that were compiled when the path was read. */
class LinearEnvironment extends JSONPathEnvironment {
  readonly patterns: Map<string, LinearRegexp> = new Map();

  protected override setupFilterFunctions(): void {
    super.setupFilterFunctions();
    const registered = (test: (pattern: LinearRegexp, text: string) => boolean) => ({
      argTypes: [ValueType, ValueType],
      returnType: LogicalType,
      call: (text: unknown, source: unknown): boolean => {
        const pattern = typeof source === 'string' ? this.patterns.get(source) : undefined;
        return pattern !== undefined && typeof text === 'string' && test(pattern, text);
      },
    });
    this.functionRegister.set(
      'match',
      registered((pattern, text) => pattern.matches(text)),
    );
    this.functionRegister.set(
      'search',
      registered((pattern, text) => pattern.isIn(text)),
    );
  }
}

const isDescendant = (segment: Segment): boolean => segment.toString().startsWith('..');

/** What would let a segment find one place more than once; each such segment multiplies what the next one walks. */
function repeats(found: readonly Selector[]): boolean {
  if (found.length === 1) return false;
  const names = found.filter((one) => one instanceof selectors.NameSelector).map(({ name }) => name);
  const indexes = found.filter((one) => one instanceof selectors.IndexSelector).map(({ index }) => index);
  const plain = names.length + indexes.length === found.length;
  const oneSign = indexes.every((index) => index < 0) || indexes.every((index) => index >= 0);
  return !plain || !oneSign || new Set(names).size < names.length || new Set(indexes).size < indexes.length;
}

/** Of a query inside a filter, which runs once for each candidate. */
function faultInside(query: JSONPathQuery): string | null {
  for (const segment of query.segments) {
    if (isDescendant(segment)) return 'a filter may not look into all descendants (..)';
    if (segment.selectors.some((one) => one instanceof selectors.FilterSelector)) return 'filters may not be nested';
    if (repeats(segment.selectors)) return repetition;
  }
  return null;
}

const repetition = 'what stands together in [ ] must be different names, or different indexes counted from one end';

/** Walks a filter's expression; adds the patterns of `match` and `search`. */
function faultIn(expression: Expression, patterns: Map<string, LinearRegexp>): string | null {
  const first = (...parts: readonly Expression[]): string | null =>
    parts.reduce<string | null>((fault, part) => fault ?? faultIn(part, patterns), null);
  if (expression instanceof expressions.LogicalExpression) return first(expression.expression);
  if (expression instanceof expressions.PrefixExpression) return first(expression.right);
  if (expression instanceof expressions.InfixExpression) {
    const { left, right } = expression;
    return left instanceof expressions.RootQuery && right instanceof expressions.RootQuery
      ? 'a filter must compare with the candidate (@), not two places of the whole ($)'
      : first(left, right);
  }
  if (expression instanceof expressions.FunctionExtension) {
    const { name, args } = expression;
    if (args.some((argument) => argument instanceof expressions.RootQuery)) {
      return `${name}() may not be asked of the whole ($) for every candidate`;
    }
    if (name === 'match' || name === 'search') {
      const [, pattern] = args;
      if (!(pattern instanceof expressions.StringLiteral)) return `${name}() needs its pattern as a text in quotes`;
      try {
        patterns.set(pattern.value, compileRegexp(pattern.value));
      } catch (error) {
        return `${name}(): ${JSON.stringify(pattern.value)} is ${error instanceof Error ? error.message : error}`;
      }
    }
    return first(...args);
  }
  if (expression instanceof expressions.RelativeQuery || expression instanceof expressions.RootQuery) {
    return faultInside(expression.path);
  }
  return null;
}

/** What could make the path take more than linear time in the value it is asked of; null when nothing can. */
function faultOf(query: JSONPathQuery, patterns: Map<string, LinearRegexp>): string | null {
  if (query.segments.filter(isDescendant).length > 1) return 'only one segment may look into all descendants (..)';
  for (const { selectors: found } of query.segments) {
    if (repeats(found)) return repetition;
    for (const one of found) {
      const fault = one instanceof selectors.FilterSelector ? faultIn(one.expression, patterns) : null;
      if (fault !== null) return fault;
    }
  }
  return null;
}

/** A JSONPath (RFC 9535) that takes linear time, whatever value it is asked of. */
export interface LinearPath {
  /** It names exactly one place, if any. */
  readonly singular: boolean;
  /**
   * The values at the places it names, in order. Throws where the value is over 256 levels deep and the path may name
   * several places, or over 50 levels deep where it looks into all descendants.
   */
  valuesAt(value: Json): readonly Json[];
}

/**
 * Compiles a path. Throws an Error that says what is wrong, as the end of a sentence about the path: it is no JSONPath, or a
 * value could be made for which it takes more than linear time.
 *
 * The rules behind that: at most one segment looks into all descendants; no segment finds a place twice; queries inside a
 * filter name their places directly, so that a filter costs each candidate no more than its own children; patterns are
 * known beforehand, and matched without backtracking.
 */
export function compilePath(path: string): LinearPath {
  const environment = new LinearEnvironment();
  let query: JSONPathQuery;
  try {
    query = environment.compile(path);
  } catch (error) {
    throw new Error(`is no JSONPath of RFC 9535: ${error instanceof Error ? error.message : error}`);
  }
  const fault = faultOf(query, environment.patterns);
  if (fault !== null) throw new Error(`could take more than linear time: ${fault}`);
  const singular = query.singularQuery();
  return {
    singular,
    valuesAt(value) {
      if (!singular && !fits(value, Number.POSITIVE_INFINITY))
        throw new RangeError('the value is too deep for a path to walk');
      // json-p3's own JSON type is mutable; a query only reads.
      return query.query(value as Parameters<JSONPathQuery['query']>[0]).values() as readonly Json[];
    },
  };
}
