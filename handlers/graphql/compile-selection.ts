import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLBoolean,
  GraphQLID,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields, type Fragments } from './collect-fields.ts';
import { awsJson } from './scalars.ts';

/** JSON text of one value, of `most` UTF-16 code units or little more; throws when the value is not what its type promises. */
type Write = (value: unknown, most: number) => string;

/** What a selection is read with. */
interface Selection {
  readonly fragments: Fragments;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Counts what the compiled selection is made of. */
  readonly size: { fields: number };
}

/** One field of an object: `name` null where the label has the whole text in it. */
interface Part {
  readonly label: string;
  readonly name: string | null;
  readonly write: Write;
}

/** A selection that needs its document no longer. */
export interface CompiledSelection {
  /**
   * @param most UTF-16 code units of text.
   * @throws TooLarge when there would be more.
   */
  readonly render: (value: unknown, most: number) => string;
  /** Fields it is made of. */
  readonly fields: number;
}

/** A text that got longer than it may. */
export class TooLarge extends Error {}

/** Told by the compiled text, so that the caller asks graphql-js instead, whose answer then has the errors in it. */
class Unusual extends Error {}

const typename = '__typename';

/**
 * Turns an operation that selects one field into a function from that field's value to the execution result as JSON
 * text: byte for byte what `JSON.stringify(execute(…))` gives where every value is of its type, at about a tenth of the
 * cost, because what a selection means is worked out once and not for every update. A value that is not of its type
 * makes the function throw. What it returns holds nothing of the document: a subscription lives for days, and a parsed
 * document takes a hundred times its text.
 *
 * Supposes a validated document, coerced variables, and resolvers that only read properties (graphql-js's default).
 *
 * @returns null for what it does not know (abstract types): execute those.
 */
export function compileSelection(
  root: GraphQLObjectType,
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
): CompiledSelection | null {
  const selection = { fragments, variables, size: { fields: 0 } };
  try {
    const [field, another] = collectFields(root, [definition.selectionSet], fragments, variables);
    if (!field || another) return null;
    const write = writerOf(root, field.nodes, selection);
    return { render: framed(`{"data":{${JSON.stringify(field.key)}:`, write), fields: selection.size.fields };
  } catch (error) {
    if (error instanceof Unusual) return null;
    throw error;
  }
}

// The functions below that make writers stand apart from those that read the document, or each writer would keep it
// alive by its scope.

function framed(before: string, write: Write): Write {
  return (value, most) => {
    const text = `${before}${write(value, most)}}}`;
    if (text.length > most) throw new TooLarge();
    return text;
  };
}

function orNull(write: Write): Write {
  return (value, most) => (value === null || value === undefined ? 'null' : write(value, most));
}

function listOf(write: Write): Write {
  return (value, most) => {
    if (!Array.isArray(value)) throw new Unusual();
    let text = '';
    for (const item of value) {
      text += text === '' ? write(item, most) : `,${write(item, most)}`;
      if (text.length > most) throw new TooLarge();
    }
    return `[${text}]`;
  };
}

function objectOf(parts: readonly Part[]): Write {
  return (value, most) => {
    if (typeof value !== 'object' || value === null) throw new Unusual();
    let text = '{';
    for (const { label, name, write } of parts) {
      text += name === null ? label : label + write((value as Readonly<Record<string, unknown>>)[name], most);
      if (text.length > most) throw new TooLarge();
    }
    return `${text}}`;
  };
}

/** What `serialize` makes of a value. */
function serialized(type: GraphQLLeafType): Write {
  return (value) => {
    const plain = value === null || value === undefined ? null : type.serialize(value);
    const text = plain === null ? undefined : JSON.stringify(plain);
    if (text === undefined) throw new Unusual();
    return text;
  };
}

function enumOf(names: ReadonlyMap<unknown, string>, judged: Write): Write {
  return (value, most) => names.get(value) ?? judged(value, most);
}

function textOf(judged: Write): Write {
  return (value, most) => (typeof value === 'string' ? JSON.stringify(value) : judged(value, most));
}

function booleanOf(judged: Write): Write {
  return (value, most) => (typeof value === 'boolean' ? String(value) : judged(value, most));
}

/** The output written last: aliases and differing selections of one update ask for the same again at once. */
let lastOutput: { readonly value: unknown; readonly text: string } = { value: null, text: '' };

function outputOf(judged: Write): Write {
  return (value, most) => {
    if (lastOutput.value !== value || value === null) lastOutput = { value, text: judged(value, most) };
    return lastOutput.text;
  };
}

/** For the field that these nodes select together. */
function writerOf(parent: GraphQLObjectType, nodes: readonly FieldNode[], selection: Selection): Write {
  const field = parent.getFields()[nodes[0]?.name.value ?? ''];
  if (!field || field.resolve) throw new Unusual();
  return ofType(field.type, nodes, selection);
}

function ofType(type: GraphQLOutputType, nodes: readonly FieldNode[], selection: Selection): Write {
  return isNonNullType(type) ? presentOf(type.ofType, nodes, selection) : orNull(presentOf(type, nodes, selection));
}

/** For values that are there. */
function presentOf(type: GraphQLOutputType, nodes: readonly FieldNode[], selection: Selection): Write {
  if (isLeafType(type)) return leafOf(type);
  if (isListType(type)) return listOf(ofType(type.ofType, nodes, selection));
  if (isObjectType(type) && !type.isTypeOf) return objectOf(partsOf(type, nodes, selection));
  throw new Unusual();
}

/** The usual values of the usual types are written at once; whatever else there is, `serialize` judges. */
function leafOf(type: GraphQLLeafType): Write {
  const judged = serialized(type);
  if (isEnumType(type)) return enumOf(new Map(type.getValues().map(({ name, value }) => [value, `"${name}"`])), judged);
  switch (type) {
    case GraphQLString:
    case GraphQLID:
      return textOf(judged);
    case GraphQLBoolean:
      return booleanOf(judged);
    default:
      // Extending a schema makes the scalar anew.
      return type.name === awsJson.name ? outputOf(judged) : judged;
  }
}

function partsOf(type: GraphQLObjectType, nodes: readonly FieldNode[], selection: Selection): readonly Part[] {
  const { fragments, variables, size } = selection;
  const selected = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
  return collectFields(type, selected, fragments, variables).map(({ key, nodes: own }, index) => {
    size.fields += 1;
    const label = `${index === 0 ? '' : ','}${JSON.stringify(key)}:`;
    const [{ name } = { name: { kind: Kind.NAME, value: typename } }] = own;
    if (name.value === typename) return { label: `${label}${JSON.stringify(type.name)}`, name: null, write: absent };
    // The schema's own text: the document's would be a piece of its source, and keep that alive.
    return { label, name: type.getFields()[name.value]?.name ?? null, write: writerOf(type, own, selection) };
  });
}

const absent: Write = () => '';
