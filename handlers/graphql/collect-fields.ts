import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  GraphQLSkipDirective,
  getDirectiveValues,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** What is selected under one name of the answer; several nodes where the selection names it several times. */
export interface CollectedField {
  readonly key: string;
  readonly nodes: readonly FieldNode[];
}

/**
 * CollectFields of the GraphQL specification (October 2021, §6.3.2) for an object type that implements no interfaces and
 * belongs to no unions: fields in the order of the answer, fragments written out, `@skip` and `@include` decided.
 */
export function collectFields(
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  fragments: Fragments,
  variables: Readonly<Record<string, unknown>>,
): readonly CollectedField[] {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();

  const collectAll = (part: InlineFragmentNode | FragmentDefinitionNode): void => {
    const condition = part.typeCondition?.name.value;
    if (condition === undefined || condition === type.name)
      for (const one of part.selectionSet.selections) collect(one);
  };

  const collect = (selection: SelectionNode): void => {
    if (!isIncluded(selection, variables)) return;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const known = fields.get(key);
      if (known) known.push(selection);
      else fields.set(key, [selection]);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) collectAll(selection);
    else {
      const fragment = fragments.get(selection.name.value);
      if (!fragment || visited.has(selection.name.value)) return;
      visited.add(selection.name.value);
      collectAll(fragment);
    }
  };

  for (const { selections } of selectionSets) for (const selection of selections) collect(selection);
  return [...fields].map(([key, nodes]) => ({ key, nodes }));
}

/** `@skip` wins where both are there (§3.13.1). */
function isIncluded(selection: SelectionNode, variables: Readonly<Record<string, unknown>>): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if !== false;
}
