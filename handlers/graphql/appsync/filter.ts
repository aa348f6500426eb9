/**
 * Enhanced subscription filters as data, in the shape that `extensions.setSubscriptionFilter` takes (AppSync Developer
 * Guide, "Extensions"): the filters inside one group hold together, of the groups one is enough.
 */
export interface SubscriptionFilter {
  readonly filterGroup: readonly FilterGroup[];
}

export interface FilterGroup {
  readonly filters: readonly Filter[];
}

export interface Filter {
  /** A field of the payload; inside objects `error.name`. */
  readonly fieldName: string;
  readonly operator: FilterOperator;
  /** A list for `in`, `notIn`, `containsAny`, and for `between` (two ends); else one value. */
  readonly value: FilterValue;
}

export type FilterScalar = string | number | boolean | null;
export type FilterValue = FilterScalar | readonly FilterScalar[];

/** All operators of AppSync. */
export const filterOperators = [
  'eq',
  'ne',
  'le',
  'lt',
  'ge',
  'gt',
  'contains',
  'notContains',
  'beginsWith',
  'in',
  'notIn',
  'between',
  'containsAny',
] as const;
export type FilterOperator = (typeof filterOperators)[number];

/**
 * What AppSync takes: five levels of nesting stand in its Developer Guide, the lengths in the documentation of the Rust
 * crate `lambda-appsync`. On groups and filters per group no page has a number; ours are far above what this service
 * builds, and keep one filter from costing more than the rendering it precedes.
 */
export const filterLimits = {
  groups: 10,
  filtersPerGroup: 10,
  fieldNameLength: 256,
  levels: 5,
  /** Values of `in` and `notIn`. */
  inValues: 5,
  /** Values of `containsAny`. */
  containsAnyValues: 20,
} as const;

/** Values that an operator's list may have; operators that are not here take one value. */
const listBounds: { readonly [operator: string]: readonly [least: number, most: number] } = {
  in: [1, filterLimits.inValues],
  notIn: [1, filterLimits.inValues],
  containsAny: [1, filterLimits.containsAnyValues],
  between: [2, 2],
};

/** What is wrong with a filter; null when AppSync would take it. */
export function whyInvalid({ filterGroup }: SubscriptionFilter): string | null {
  if (!within(filterGroup.length, 1, filterLimits.groups)) return `A filter has 1 to ${filterLimits.groups} groups.`;
  for (const { filters } of filterGroup) {
    if (!within(filters.length, 1, filterLimits.filtersPerGroup))
      return `A group has 1 to ${filterLimits.filtersPerGroup} filters.`;
    for (const filter of filters) {
      const reason = whyFilterInvalid(filter);
      if (reason !== null) return reason;
    }
  }
  return null;
}

function whyFilterInvalid({ fieldName, operator, value }: Filter): string | null {
  if (!within(fieldName.length, 1, filterLimits.fieldNameLength))
    return `A fieldName has 1 to ${filterLimits.fieldNameLength} characters.`;
  if (fieldName.split('.').length > filterLimits.levels)
    return `A fieldName has at most ${filterLimits.levels} levels.`;
  if (!filterOperators.includes(operator)) return `There is no operator ${operator}.`;
  const bounds = listBounds[operator];
  if (bounds === undefined) return Array.isArray(value) ? `${operator} takes one value.` : null;
  if (Array.isArray(value) && within(value.length, ...bounds)) return null;
  return `${operator} takes a list of ${bounds[0] === bounds[1] ? bounds[0] : bounds.join(' to ')} values.`;
}

function within(count: number, least: number, most: number): boolean {
  return count >= least && count <= most;
}
