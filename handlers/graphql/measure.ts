import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** How much work a document asks for, fragments written out. */
export interface Size {
  /** Fields of all operations, aliases counted one by one. */
  readonly fields: number;
  /** Fields inside fields, at the deepest place. */
  readonly depth: number;
}

const nothing: Size = { fields: 0, depth: 0 };

/**
 * Measures before validation, because validation itself gets expensive on the documents this is meant to keep out.
 * Each fragment is measured once, so a document of nested spreads, whose written-out size is exponential, costs linear
 * time. A cycle of fragments counts as nothing here: validation refuses it.
 */
export function measure(document: DocumentNode): Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const known = new Map<string, Size>();

  const ofFragment = (name: string): Size => {
    const measured = known.get(name);
    if (measured) return measured;
    known.set(name, nothing);
    const fragment = fragments.get(name);
    const size = fragment ? ofSelections(fragment.selectionSet) : nothing;
    known.set(name, size);
    return size;
  };

  const ofSelections = (selectionSet: SelectionSetNode): Size => {
    let fields = 0;
    let depth = 0;
    for (const selection of selectionSet.selections) {
      let size: Size;
      if (selection.kind === Kind.FIELD) {
        const inner = selection.selectionSet ? ofSelections(selection.selectionSet) : nothing;
        size = { fields: inner.fields + 1, depth: inner.depth + 1 };
      } else if (selection.kind === Kind.INLINE_FRAGMENT) size = ofSelections(selection.selectionSet);
      else size = ofFragment(selection.name.value);
      fields += size.fields;
      depth = Math.max(depth, size.depth);
    }
    return { fields, depth };
  };

  let fields = 0;
  let depth = 0;
  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      const size = ofSelections(definition.selectionSet);
      fields += size.fields;
      depth = Math.max(depth, size.depth);
    }
  return { fields, depth };
}
