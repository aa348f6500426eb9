import type { Filter, FilterOperator, FilterScalar, FilterValue, SubscriptionFilter } from './filter.ts';

/** What is published: the fields that the mutation selected. */
export interface Payload {
  readonly [field: string]: unknown;
}

/**
 * Does a filter let a payload through? Null and absent are one; only `eq`, `ne`, `in` and `notIn` know them as a value,
 * for every other operator a field without a value does not match. Nothing is converted: values of different types are
 * different and have no order. Text is ordered by UTF-16 code units. A list at the top level cannot be filtered
 * (AppSync Developer Guide, "Enhanced subscription filtering") and matches nothing, so a rule that could not be applied
 * keeps back instead of letting through.
 */
export function matchesFilter({ filterGroup }: SubscriptionFilter, payload: Payload): boolean {
  return filterGroup.some(({ filters }) => filters.every((filter) => holds(filter, payload)));
}

function holds({ fieldName, operator, value }: Filter, payload: Payload): boolean {
  const path = fieldName.split('.');
  const actual = valueAt(payload, path);
  if (Array.isArray(actual) && path.length === 1) return false;
  return tests[operator](actual, value);
}

/** null where there is nothing. Own properties only: a field is never called like a method of objects. */
function valueAt(payload: Payload, path: readonly string[]): unknown {
  let value: unknown = payload;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return null;
    value = (value as Payload)[name];
  }
  return value ?? null;
}

type Test = (actual: unknown, wanted: FilterValue) => boolean;

/** Below, equal or above: -1, 0, 1; null where there is no order. */
function compare(actual: unknown, wanted: FilterValue | undefined): -1 | 0 | 1 | null {
  if (typeof actual === 'string' && typeof wanted === 'string') return order(actual, wanted);
  if (typeof actual === 'number' && typeof wanted === 'number') return order(actual, wanted);
  return null;
}

function order<T extends string | number>(left: T, right: T): -1 | 0 | 1 {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

const ordered =
  (...accepted: readonly (number | null)[]): Test =>
  (actual, wanted) =>
    accepted.includes(compare(actual, wanted) ?? Number.NaN);

const listOf = (wanted: FilterValue): readonly FilterScalar[] =>
  typeof wanted === 'object' && wanted !== null ? wanted : [wanted];

/** A part of a text, or a member of a list inside an object. */
function contains(actual: unknown, wanted: FilterScalar): boolean {
  if (typeof actual === 'string') return typeof wanted === 'string' && actual.includes(wanted);
  return Array.isArray(actual) && actual.includes(wanted);
}

/** Is there anything that could contain? */
const hasParts = (actual: unknown): boolean => typeof actual === 'string' || Array.isArray(actual);

const tests: { readonly [operator in FilterOperator]: Test } = {
  eq: (actual, wanted) => actual === wanted,
  ne: (actual, wanted) => actual !== wanted,
  le: ordered(-1, 0),
  lt: ordered(-1),
  ge: ordered(0, 1),
  gt: ordered(1),
  contains: (actual, wanted) => listOf(wanted).every((one) => contains(actual, one)),
  notContains: (actual, wanted) => hasParts(actual) && !listOf(wanted).some((one) => contains(actual, one)),
  beginsWith: (actual, wanted) => typeof actual === 'string' && typeof wanted === 'string' && actual.startsWith(wanted),
  in: (actual, wanted) => listOf(wanted).some((one) => one === actual),
  notIn: (actual, wanted) => !listOf(wanted).some((one) => one === actual),
  between: (actual, wanted) => {
    const [low, high] = listOf(wanted);
    return ordered(0, 1)(actual, low ?? null) && ordered(-1, 0)(actual, high ?? null);
  },
  containsAny: (actual, wanted) => listOf(wanted).some((one) => contains(actual, one)),
};
