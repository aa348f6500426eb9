import { createHash } from 'node:crypto';
import { execute, type FragmentDefinitionNode, Kind, parse } from 'graphql';
import { type CompiledSelection, compileSelection, TooLarge } from './compile-selection.ts';
import type { Operation } from './subscription-plan.ts';

/** What subscriptions select of an update: one object for all that ask alike, whatever execution they name. */
export interface Selection {
  /** The same only for the same selection; short. */
  readonly key: string;
  /** Memory that it takes as long as anybody subscribes with it, by estimate. */
  readonly bytes: number;
  /**
   * The execution result for one update, or for what was published of it, as JSON text: what stands in `payload` of a
   * `next` message.
   *
   * @param most UTF-16 code units of text.
   * @throws TooLarge when there would be more.
   */
  readonly render: (update: object, most: number) => string;
}

/** The selection of a validated operation. Its document is not kept. */
export type Selections = (operation: Operation, variables: { readonly [name: string]: unknown }) => Selection;

/** Heap per field of a compiled selection: a part, its label, its writer. Measured on Node 24, rounded up. */
const bytesPerField = 400;
/** For the selection itself, and its place here. */
const bytesEach = 1_024;

/**
 * Only the booleans among the variables can decide what is selected (`@skip`, `@include`), because no field of an update
 * has arguments; so text, operation and those booleans name a selection. It is found again as long as anybody holds it.
 */
export function createSelections(): Selections {
  const live = new Map<string, WeakRef<Selection>>();
  const gone = new FinalizationRegistry<string>((key) => {
    if (!live.get(key)?.deref()) live.delete(key);
  });
  return (operation, variables) => {
    const booleans = Object.entries(variables).filter(([, value]) => typeof value === 'boolean');
    const name = JSON.stringify([operation.text, operation.definition.name?.value ?? null, booleans]);
    const key = createHash('sha256').update(name).digest('base64url');
    const known = live.get(key)?.deref();
    if (known) return known;
    const selection = makeSelection(key, operation, variables);
    live.set(key, new WeakRef(selection));
    gone.register(selection, key);
    return selection;
  };
}

function makeSelection(key: string, operation: Operation, variables: { readonly [name: string]: unknown }): Selection {
  const { schema, text } = operation;
  const again = JSON.stringify(variables);
  const compiled = compile(operation, variables);
  const executed = executedBy(schema, text, operation.definition.name?.value ?? null, again);
  return {
    key,
    bytes: bytesEach + 2 * (text.length + again.length) + bytesPerField * (compiled?.fields ?? 0),
    render: compiled ? renderedBy(compiled, executed) : executed,
  };
}

function compile(
  { schema, document, definition }: Operation,
  variables: { readonly [name: string]: unknown },
): CompiledSelection | null {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const part of document.definitions)
    if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part);
  const root = schema.getSubscriptionType();
  return root ? compileSelection(root, definition, fragments, variables) : null;
}

// Apart from the functions above, whose scopes hold the document.

function renderedBy({ render }: CompiledSelection, executed: Selection['render']): Selection['render'] {
  return (update, most) => {
    try {
      return render(update, most);
    } catch (error) {
      if (error instanceof TooLarge) throw error;
      // A value that is not of its type: the execution tells which, as GraphQL has it.
      return executed(update, most);
    }
  };
}

/**
 * By graphql-js, from the text anew: this is for updates that are not as the schema has them, which none is. The
 * variables are those of whoever asked first; an update's fields have no arguments, so all give the same.
 */
function executedBy(
  schema: Operation['schema'],
  text: string,
  operationName: string | null,
  variables: string,
): Selection['render'] {
  return (update, most) => {
    const variableValues = JSON.parse(variables) as { readonly [name: string]: unknown };
    const rootValue = { statusChanged: update };
    const result = JSON.stringify(execute({ schema, document: parse(text), operationName, variableValues, rootValue }));
    if (result.length > most) throw new TooLarge();
    return result;
  };
}
