import type { Properties, Template } from '../transform.ts';

/** What one role may do: one action on one resource. */
export interface Grant {
  /** Logical id of the role. */
  readonly role: string;
  readonly action: string;
  /** As the template writes it: text, or an intrinsic function. */
  readonly resource: unknown;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

const refOf = (value: unknown): string => String((value as Properties).Ref);

/** Every grant of every role, whether it stands in a policy of its own or within the role; denials are no grants. */
export function grantsOf({ Resources }: Template): readonly Grant[] {
  const grantsIn = (role: string, document: unknown): readonly Grant[] =>
    listOf((document as { readonly Statement: Statement | readonly Statement[] }).Statement)
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action, Resource }) =>
        listOf(Action).flatMap((action) => listOf(Resource).map((resource) => ({ role, action, resource }))),
      );
  return Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]) => {
    if (Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy') {
      return listOf(Properties.Roles).flatMap((role) => grantsIn(refOf(role), Properties.PolicyDocument));
    }
    if (Type !== 'AWS::IAM::Role') return [];
    const policies = (Properties.Policies ?? []) as readonly { readonly PolicyDocument: unknown }[];
    return policies.flatMap(({ PolicyDocument }) => grantsIn(id, PolicyDocument));
  });
}

/** Managed policies of AWS that roles have: each a name, for those are not taken apart. */
export function managedPoliciesOf({
  Resources,
}: Template): readonly { readonly role: string; readonly name: string }[] {
  return Object.entries(Resources).flatMap(([role, { Type, Properties = {} }]) => {
    if (Type !== 'AWS::IAM::Role') return [];
    return listOf(Properties.ManagedPolicyArns ?? []).map((arn) => ({
      role,
      name: JSON.stringify(arn).match(/policy\/([\w/-]+)/)?.[1] ?? JSON.stringify(arn),
    }));
  });
}

/** Logical ids of functions by that of their role. */
export function functionsByRole({ Resources }: Template): ReadonlyMap<string, readonly string[]> {
  const byRole = new Map<string, string[]>();
  for (const [id, { Type, Properties = {} }] of Object.entries(Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const [role = ''] = (Properties.Role as { readonly 'Fn::GetAtt': readonly string[] })['Fn::GetAtt'];
    byRole.set(role, [...(byRole.get(role) ?? []), id]);
  }
  return byRole;
}

const outputPrefix = 'GrantedResource';

/**
 * Outputs that say what each resource of a policy is once it is deployed, so that CloudFormation itself resolves it.
 *
 * @param resources as JSON, each once; texts have no output
 */
export function resourceOutputs(resources: readonly string[]): Properties {
  return Object.fromEntries(
    resources.flatMap((resource, at) =>
      resource.startsWith('"') ? [] : [[`${outputPrefix}${at}`, { Value: JSON.parse(resource) }]],
    ),
  );
}

/** Each resource, as JSON, as the deployed stack has it. */
export function resolveResources(
  resources: readonly string[],
  outputs: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  return new Map(
    resources.map((resource, at) => [
      resource,
      resource.startsWith('"') ? JSON.parse(resource) : (outputs[`${outputPrefix}${at}`] ?? '?'),
    ]),
  );
}

/** The resources of all grants, as JSON, each once: in the order that their outputs are numbered by. */
export const resourcesOf = (template: Template): readonly string[] => [
  ...new Set(grantsOf(template).map(({ resource }) => JSON.stringify(resource))),
];
