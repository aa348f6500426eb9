import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Permission } from './permissions.ts';

/**
 * A role that an AWS service takes on. What it may do stands in the role itself, so that it holds before anything uses it,
 * and nothing is added later. For cdk-nag, each `*` is acknowledged with its own reason; another one would be a finding.
 */
export function serviceRole(scope: Construct, id: string, service: string, permissions: readonly Permission[]): Role {
  const statements = permissions.map(
    ({ actions, resources }) => new PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal(service),
    inlinePolicies: { service: new PolicyDocument({ statements }) },
  });
  for (const { resources, wildcard } of permissions) {
    if (wildcard === undefined) continue;
    for (const resource of resources) {
      const finding = `Resource::${flat(Stack.of(scope).resolve(resource))}`;
      Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason: wildcard });
    }
  }
  return role;
}

/** An ARN's parts as one text, the way cdk-nag names findings: `<Table.Arn>/stream/*`. */
function flat(part: unknown): string {
  if (typeof part !== 'object' || part === null) return String(part);
  if ('Ref' in part) return `<${part.Ref}>`;
  if ('Fn::GetAtt' in part && Array.isArray(part['Fn::GetAtt'])) return `<${part['Fn::GetAtt'].join('.')}>`;
  if ('Fn::Join' in part && Array.isArray(part['Fn::Join'])) {
    const [delimiter, parts] = part['Fn::Join'] as [string, readonly unknown[]];
    return parts.map(flat).join(delimiter);
  }
  return JSON.stringify(part);
}
