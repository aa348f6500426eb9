import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Filter,
  type FilterOperator,
  type FilterScalar,
  type FilterValue,
  filterLimits,
  filterOperators,
  type SubscriptionFilter,
  whyInvalid,
} from '../../../../handlers/graphql/appsync/filter.ts';
import { matchesFilter, type Payload } from '../../../../handlers/graphql/appsync/match-filter.ts';

const one = (operator: FilterOperator, value: FilterValue, fieldName = 'f'): SubscriptionFilter => ({
  filterGroup: [{ filters: [{ fieldName, operator, value }] }],
});
const holds = (actual: unknown, operator: FilterOperator, value: FilterValue): boolean =>
  matchesFilter(one(operator, value), { f: actual });

describe('an operator of an enhanced filter', () => {
  it.each<[FilterOperator, unknown, FilterValue, boolean]>([
    ['eq', 'a', 'a', true],
    ['eq', 1, '1', false],
    ['eq', null, null, true],
    ['eq', 'a', null, false],
    ['ne', 'a', 'b', true],
    ['ne', 'a', 'a', false],
    ['ne', null, 'a', true],
    ['le', 2, 2, true],
    ['le', 3, 2, false],
    ['lt', 2, 2, false],
    ['lt', 'a', 'b', true],
    ['lt', '1', 2, false],
    ['lt', null, 1, false],
    ['ge', 2, 2, true],
    ['ge', 1, 2, false],
    ['gt', 3, 2, true],
    ['gt', 2, 2, false],
    ['contains', 'order-1', 'der', true],
    ['contains', 'order-1', 'x', false],
    ['contains', null, 'x', false],
    ['notContains', 'order-1', 'x', true],
    ['notContains', 'order-1', 'der', false],
    ['notContains', null, 'x', false],
    ['beginsWith', 'order-1', 'order', true],
    ['beginsWith', 'order-1', 'rder', false],
    ['beginsWith', 7, '7', false],
    ['in', 'a', ['a', 'b'], true],
    ['in', 'c', ['a', 'b'], false],
    ['notIn', 'c', ['a', 'b'], true],
    ['notIn', 'a', ['a', 'b'], false],
    ['between', 2, [2, 4], true],
    ['between', 4, [2, 4], true],
    ['between', 5, [2, 4], false],
    ['between', 1, [2, 4], false],
    ['containsAny', 'order-1', ['x', 'der'], true],
    ['containsAny', 'order-1', ['x', 'y'], false],
  ])('%s: %j against %j is %j', (operator, actual, value, expected) => {
    expect(holds(actual, operator, value)).toBe(expected);
  });

  it('knows every one of AppSync’s, and no list at the top level', () => {
    expect(filterOperators).toHaveLength(13);
    for (const operator of filterOperators)
      expect(holds(['a'], operator, operator === 'between' ? ['a', 'b'] : 'z')).toBe(false);
  });

  it('reaches into objects, lists inside them included, and never to what objects inherit', () => {
    const payload: Payload = { error: { name: 'Boom', tags: ['a', 'b'] } };
    expect(matchesFilter(one('eq', 'Boom', 'error.name'), payload)).toBe(true);
    expect(matchesFilter(one('contains', 'b', 'error.tags'), payload)).toBe(true);
    expect(matchesFilter(one('notContains', 'c', 'error.tags'), payload)).toBe(true);
    expect(matchesFilter(one('containsAny', ['c', 'a'], 'error.tags'), payload)).toBe(true);
    expect(matchesFilter(one('eq', null, 'error.name.more'), payload)).toBe(true);
    expect(matchesFilter(one('ne', null, 'constructor'), payload)).toBe(false);
    expect(matchesFilter(one('ne', null, 'error.toString'), payload)).toBe(false);
  });
});

const scalar: fc.Arbitrary<FilterScalar> = fc.oneof(
  fc.constantFrom('', 'a', 'ab', 'b'),
  fc.integer({ min: -2, max: 2 }),
  fc.boolean(),
  fc.constant(null),
);
const filter: fc.Arbitrary<Filter> = fc
  .tuple(
    fc.constantFrom('f', 'g', 'o.f'),
    fc.constantFrom(...filterOperators),
    fc.array(scalar, { minLength: 2, maxLength: 5 }),
  )
  .map(([fieldName, operator, list]) => {
    if (operator === 'between') return { fieldName, operator, value: list.slice(0, 2) };
    const takesList = operator === 'in' || operator === 'notIn' || operator === 'containsAny';
    return { fieldName, operator, value: takesList ? list : (list[0] ?? null) };
  });
const group = fc.array(filter, { minLength: 1, maxLength: 4 }).map((filters) => ({ filters }));
const groups = fc.array(group, { minLength: 1, maxLength: 4 }).map((filterGroup) => ({ filterGroup }));
const payload: fc.Arbitrary<Payload> = fc.record(
  { f: fc.oneof(scalar, fc.array(scalar)), g: scalar, o: fc.record({ f: fc.oneof(scalar, fc.array(scalar)) }) },
  { requiredKeys: [] },
);

describe('a filter', () => {
  it('holds when one of its groups does, a group when all of its filters do', () => {
    fc.assert(
      fc.property(groups, payload, (whole, value) => {
        const alone = (single: Filter): boolean => matchesFilter({ filterGroup: [{ filters: [single] }] }, value);
        const expected = whole.filterGroup.some(({ filters }) => filters.every(alone));
        expect(matchesFilter(whole, value)).toBe(expected);
      }),
    );
  });

  it('is indifferent to the order of its groups and filters', () => {
    fc.assert(
      fc.property(groups, payload, (whole, value) => {
        const turned = whole.filterGroup.map(({ filters }) => ({ filters: filters.toReversed() })).toReversed();
        expect(matchesFilter({ filterGroup: turned }, value)).toBe(matchesFilter(whole, value));
      }),
    );
  });

  it('has opposites: of an operator and its denial never both hold, and one does where there is a comparable value', () => {
    const pairs = [
      ['eq', 'ne'],
      ['lt', 'ge'],
      ['gt', 'le'],
      ['contains', 'notContains'],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...pairs), scalar, scalar, ([operator, denial], actual, wanted) => {
        const both = [holds(actual, operator, wanted), holds(actual, denial, wanted)];
        expect(both).not.toEqual([true, true]);
        if (typeof actual === 'string' && typeof wanted === 'string') expect(both).toContain(true);
      }),
    );
    fc.assert(
      fc.property(scalar, fc.array(scalar, { minLength: 1, maxLength: 5 }), (actual, list) => {
        expect(holds(actual, 'notIn', list)).toBe(!holds(actual, 'in', list));
        expect(holds(actual, 'in', list)).toBe(list.some((wanted) => holds(actual, 'eq', wanted)));
        expect(holds(actual, 'containsAny', list)).toBe(list.some((wanted) => holds(actual, 'contains', wanted)));
      }),
    );
  });

  it('between is ge and le together', () => {
    fc.assert(
      fc.property(scalar, scalar, scalar, (actual, low, high) => {
        expect(holds(actual, 'between', [low, high])).toBe(holds(actual, 'ge', low) && holds(actual, 'le', high));
      }),
    );
  });

  it('G10: never throws, whatever is published', () => {
    fc.assert(
      fc.property(groups, fc.dictionary(fc.constantFrom('f', 'g', 'o', '__proto__'), fc.anything()), (whole, value) => {
        expect(typeof matchesFilter(whole, value)).toBe('boolean');
      }),
    );
  });
});

describe('the limits of a filter', () => {
  const many = (count: number): string[] => Array<string>(count).fill('x');
  const { groups: maxGroups, filtersPerGroup } = filterLimits;
  const repeat = (groupCount: number, filterCount: number): SubscriptionFilter => ({
    filterGroup: Array.from({ length: groupCount }, () => ({
      filters: Array.from({ length: filterCount }, () => ({ fieldName: 'f', operator: 'eq', value: 'x' }) as const),
    })),
  });

  it.each<[string, SubscriptionFilter]>([
    ['5 values of in', one('in', many(5))],
    ['20 values of containsAny', one('containsAny', many(20))],
    ['5 levels', one('eq', 'x', 'a.b.c.d.e')],
    ['256 characters', one('eq', 'x', 'f'.repeat(256))],
    ['the most groups and filters', repeat(maxGroups, filtersPerGroup)],
    ['null', one('eq', null)],
  ])('let %s through', (_, value) => expect(whyInvalid(value)).toBeNull());

  it.each<[string, SubscriptionFilter, RegExp]>([
    ['no group', { filterGroup: [] }, /groups/],
    ['too many groups', repeat(maxGroups + 1, 1), /groups/],
    ['an empty group', repeat(1, 0), /filters/],
    ['too many filters', repeat(1, filtersPerGroup + 1), /filters/],
    ['6 values of in', one('in', many(6)), /in takes a list of 1 to 5 values/],
    ['6 values of notIn', one('notIn', many(6)), /1 to 5/],
    ['21 values of containsAny', one('containsAny', many(21)), /1 to 20/],
    ['an empty list', one('in', []), /1 to 5/],
    ['one end of between', one('between', ['x']), /a list of 2 values/],
    ['no list for in', one('in', 'x'), /list/],
    ['a list for eq', one('eq', ['x']), /one value/],
    ['6 levels', one('eq', 'x', 'a.b.c.d.e.f'), /levels/],
    ['257 characters', one('eq', 'x', 'f'.repeat(257)), /256/],
    ['no name', one('eq', 'x', ''), /1 to 256/],
    ['an operator nobody knows', one('toString' as FilterOperator, 'x'), /no operator toString/],
  ])('keep out %s', (_, value, reason) => expect(whyInvalid(value)).toMatch(reason));
});
