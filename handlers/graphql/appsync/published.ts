import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  OperationTypeNode,
  parse,
} from 'graphql';
import type { Update } from '../../../core/contract.ts';
import { collectFields, type Fragments } from '../collect-fields.ts';
import type { Payload } from './match-filter.ts';

/** What of an update reaches subscribers, whatever they select themselves. */
export type Published = (update: Update) => Payload;

type Part = readonly [field: string, copy: (value: unknown) => unknown];

/**
 * AppSync's rule that surprises most: a subscription is fed by the result of a mutation, so it sees only the fields that
 * this mutation selected (AppSync Developer Guide, "Using subscriptions": the selection set of the mutation). The others
 * are absent here, and so null for the subscriber, or an error where its type says that they cannot be.
 *
 * @param mutation A document whose one operation is a mutation that selects one field.
 * @throws Error when it is not.
 */
export function createPublished(schema: GraphQLSchema, mutation: string): Published {
  const { definitions } = parse(mutation);
  const fragments: Fragments = new Map(
    definitions
      .filter((part): part is FragmentDefinitionNode => part.kind === Kind.FRAGMENT_DEFINITION)
      .map((part) => [part.name.value, part]),
  );
  const root = schema.getMutationType();
  const operation = definitions.find((part) => part.kind === Kind.OPERATION_DEFINITION);
  if (!root || operation?.operation !== OperationTypeNode.MUTATION) throw new Error('A mutation is needed.');
  const [field, another] = collectFields(root, [operation.selectionSet], fragments, {});
  if (!field || another) throw new Error('The mutation must select one field.');
  const copy = copierOf(root, field.nodes, fragments);
  return (update) => copy(update) as Payload;
}

function copierOf(
  parent: GraphQLObjectType,
  nodes: readonly FieldNode[],
  fragments: Fragments,
): (value: unknown) => unknown {
  const type = getNamedType(parent.getFields()[nodes[0]?.name.value ?? '']?.type);
  if (!isObjectType(type)) return (value) => value;
  const selected = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
  const parts = collectFields(type, selected, fragments, {}).map(
    ({ nodes: own }): Part => [own[0]?.name.value ?? '', copierOf(type, own, fragments)],
  );
  return function copyOf(value): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(copyOf);
    const copy: { [field: string]: unknown } = {};
    for (const [name, copyField] of parts) copy[name] = copyField((value as Payload)[name]);
    return copy;
  };
}
