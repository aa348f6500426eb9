import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { defaultPageSize, maxPageBytes, maxPageSize } from '../read/updates.ts';

/** How much a query may answer at most, and how much work that is. */
export interface Cost {
  /** Values in the answer, lists as long as their limit lets them be. */
  readonly values: number;
  /** Bytes of the answer, every field as large as it can be. */
  readonly bytes: number;
}

type Variables = { readonly [name: string]: unknown };

/** Largest values, in bytes of JSON; the update as a whole is bounded as well. What is not named is short. */
const largest: { readonly [field: string]: number | undefined } = {
  // Text inside text: quotes and backslashes take two.
  output: 2 * 16_384,
  cause: 2 * 4_096,
  activeStates: 8_192,
  message: 2 * 280 * 4,
};
const short = 100;

/** Lengths of introspection's lists, about; there are few types and fields here. */
const introspected: { readonly [field: string]: number | undefined } = {
  types: 30,
  fields: 10,
  args: 2,
  inputFields: 10,
  enumValues: 7,
  directives: 12,
  interfaces: 2,
  possibleTypes: 2,
};

/** One object's fields. */
interface Row {
  readonly values: number;
  /** Names, as the answer writes them. */
  readonly keys: number;
  readonly worst: number;
  /** How often the field is asked for that is asked for most. */
  readonly times: number;
}

/** Weighs the operations of a valid document, whose fields are bounded: fragments are written out. */
export function createCosts(document: DocumentNode) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);

  /** The fields of a selection, fragments written out. */
  const fieldsOf = (set: SelectionSetNode | undefined): readonly FieldNode[] =>
    (set?.selections ?? []).flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet);
      return fieldsOf(fragments.get(selection.name.value)?.selectionSet);
    });

  const rowOf = (set: SelectionSetNode | undefined): Row => {
    const times = new Map<string, number>();
    let [values, keys, worst, inner] = [0, 0, 0, 1];
    for (const field of fieldsOf(set)) {
      const name = field.name.value;
      times.set(name, (times.get(name) ?? 0) + 1);
      const below = rowOf(field.selectionSet);
      const length = field.selectionSet ? (introspected[name] ?? 1) : 1;
      values += 1 + length * below.values;
      keys += (field.alias ?? field.name).value.length + 4 + length * below.keys;
      worst += field.selectionSet ? 4 + length * below.worst : (largest[name] ?? short);
      inner = Math.max(inner, below.times);
    }
    return { values, keys, worst, times: Math.max(inner, ...times.values()) };
  };

  /** Of a whole page of updates: it has `maxPageBytes` at most, before its fields are repeated under other names. */
  const ofPage = (field: FieldNode, rows: number): Cost => {
    let [values, bytes] = [1, 0];
    for (const part of fieldsOf(field.selectionSet)) {
      const isList = part.name.value === 'updates';
      const row = rowOf(part.selectionSet);
      const count = isList ? rows : 1;
      values += 1 + count * row.values;
      bytes += (part.alias ?? part.name).value.length + count * row.keys;
      bytes += Math.min(count * Math.max(row.worst, short), 2 * maxPageBytes * row.times);
    }
    return { values, bytes };
  };

  const rowsOf = (field: FieldNode, variables: Variables): number => {
    const value = field.arguments?.find(({ name }) => name.value === 'limit')?.value;
    const asked =
      value?.kind === Kind.VARIABLE
        ? variables[value.name.value]
        : value?.kind === Kind.INT
          ? Number(value.value)
          : undefined;
    // What is no number from 1 up is refused later, or is the default.
    return typeof asked === 'number' && asked >= 1 ? Math.min(asked, maxPageSize) : defaultPageSize;
  };

  return {
    /** Of one operation. */
    of(definition: OperationDefinitionNode, variables: Variables): Cost {
      const given = { ...defaultsOf(definition), ...variables };
      let [values, bytes] = [0, 0];
      for (const field of fieldsOf(definition.selectionSet)) {
        const row = rowOf(field.selectionSet);
        const isPage = field.name.value === 'updates';
        const cost = isPage
          ? ofPage(field, rowsOf(field, given))
          : { values: 1 + row.values, bytes: row.keys + row.worst };
        values += cost.values;
        bytes += cost.bytes;
      }
      return { values, bytes };
    },
    /**
     * What one update takes in the answer to a field of `Query`, beside itself: bytes of names, and how often its field
     * that is repeated most is there.
     */
    perUpdate(nodes: readonly FieldNode[]): { readonly keys: number; readonly times: number } {
      let [keys, times] = [0, 0];
      for (const node of nodes) {
        const isPage = node.name.value === 'updates';
        const parts = isPage ? fieldsOf(node.selectionSet).filter((part) => part.selectionSet) : [node];
        for (const part of parts) {
          const row = rowOf(part.selectionSet);
          keys += row.keys;
          times += row.times;
        }
      }
      return { keys, times };
    },
  };
}

/** Of a document's operations: what it weighs. */
export type Costs = ReturnType<typeof createCosts>;

/** The defaults of variables that are whole numbers, as limits are. */
function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue?.kind === Kind.INT ? [[variable.name.value, Number(defaultValue.value)]] : [],
    ),
  );
}
