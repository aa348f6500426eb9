import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode } from 'graphql';
import { compileSelection } from './compile-selection.ts';
import type { Operation } from './subscription-plan.ts';

type Compiled = ((update: object) => string) | null;

/** By operation, then by what its variables decide. Goes with the parsed document. */
const known = new WeakMap<OperationDefinitionNode, Map<string, Compiled>>();
/** Kept per operation; clients use one or two, and more only cost their own memory. */
const keptPerOperation = 16;

/**
 * The compiled selection, one for all who subscribe with the same text, whatever execution they name: only the booleans
 * among the variables can decide what is selected (`@skip`, `@include`), because no field of an update has arguments.
 * null where it has to be executed.
 */
export function compiledOperation(
  { schema, document, definition }: Operation,
  variables: { readonly [name: string]: unknown },
): Compiled {
  const decisions = JSON.stringify(Object.entries(variables).filter(([, value]) => typeof value === 'boolean'));
  const variants = known.get(definition) ?? new Map<string, Compiled>();
  known.set(definition, variants);
  const found = variants.get(decisions);
  if (found !== undefined) return found;

  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const part of document.definitions)
    if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part);
  const root = schema.getSubscriptionType();
  const compiled = root ? compileSelection(root, definition, fragments, variables) : null;
  if (variants.size < keptPerOperation) variants.set(decisions, compiled);
  return compiled;
}
