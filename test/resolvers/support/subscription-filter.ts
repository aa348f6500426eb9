/** Conditions by field, and `and`/`or` over more of them. */
interface Conditions {
  readonly [field: string]: unknown;
}

interface Condition {
  readonly fieldName: string;
  readonly operator: string;
  readonly value: unknown;
}

/** Alternatives, each a list of conditions that hold together. */
type Alternatives = readonly (readonly Condition[])[];

/**
 * `util.transform.toSubscriptionFilter` (AppSync Developer Guide, "Transformation helpers"): fields hold together, several
 * conditions on one field are alternatives, `and` and `or` nest, ignored fields are left out of the first argument, and of
 * the rules one has to hold as well. Groups come in the order of the guide's own examples.
 */
export function toSubscriptionFilter(
  conditions: Conditions,
  ignoredFields: readonly string[] = [],
  rules: Conditions = {},
): object {
  const base = all(conditions, ignoredFields);
  const oneOf = Object.entries(rules).flatMap(([field, operators]) => ofField(field, operators));
  const groups = oneOf.length === 0 ? base : product([base, oneOf]);
  return { filterGroup: groups.filter((filters) => filters.length > 0).map((filters) => ({ filters })) };
}

/** Everything in one object holds together. */
function all(conditions: Conditions, ignored: readonly string[]): Alternatives {
  return product(
    Object.entries(conditions).map(([key, value]) => {
      if (key === 'and') return product(listOf(value).map((one) => all(one, ignored)));
      if (key === 'or') return listOf(value).flatMap((one) => all(one, ignored).filter(({ length }) => length > 0));
      return ignored.includes(key) ? [[]] : ofField(key, value);
    }),
  );
}

function ofField(fieldName: string, operators: unknown): Alternatives {
  return Object.entries(operators as Conditions).map(([operator, value]) => [{ fieldName, operator, value }]);
}

function product(parts: readonly Alternatives[]): Alternatives {
  return parts.reduce<Alternatives>(
    (before, part) => (part.length === 0 ? before : before.flatMap((left) => part.map((right) => [...left, ...right]))),
    [[]],
  );
}

const listOf = (value: unknown): readonly Conditions[] => value as readonly Conditions[];
