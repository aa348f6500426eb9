import type { RecordedCall } from './calls.ts';
import type { Excuse } from './excuses.ts';

/** What a function's role may do, with the resource as it is deployed. */
export interface DeployedGrant {
  /** Logical id of the function. */
  readonly lambda: string;
  readonly action: string;
  /** May hold `*`. */
  readonly resource: string;
}

export interface Comparison {
  /** Calls that no grant covers. */
  readonly missing: readonly string[];
  /** Grants that no call needed, and nobody excuses. */
  readonly unused: readonly string[];
  /** Excuses for what is not granted at all. */
  readonly pointless: readonly string[];
  readonly grants: number;
  /** Grants that some call needed. */
  readonly used: number;
  /** How many grants each excuse stands for, in their order. */
  readonly excused: readonly number[];
}

/** Compares in both directions what Lambdas may do and what they did. Function names are logical ids. */
export function compare(
  grants: readonly DeployedGrant[],
  calls: readonly RecordedCall[],
  excuses: readonly Excuse[],
): Comparison {
  const covers = (grant: DeployedGrant, call: RecordedCall): boolean =>
    grant.lambda === call.lambda && like(grant.action, call.action) && like(grant.resource, call.resource);
  const missing = calls.filter((call) => !grants.some((grant) => covers(grant, call)));
  const isUsed = (grant: DeployedGrant): boolean => calls.some((call) => covers(grant, call));
  const idle = grants.filter((grant) => !isUsed(grant));
  const isExcused = (grant: DeployedGrant) => (excuse: Excuse) =>
    excuse.actions.some((action) => like(action, grant.action)) &&
    (excuse.lambda === undefined || grant.lambda.includes(excuse.lambda)) &&
    (excuse.resource === undefined || grant.resource.includes(excuse.resource));
  const unused = idle.filter((grant) => !excuses.some(isExcused(grant)));
  const excused = excuses.map((excuse) => idle.filter((grant) => isExcused(grant)(excuse)).length);
  const pointless = excuses.filter((excuse) => !grants.some((grant) => isExcused(grant)(excuse)));
  const line = ({ lambda, action, resource }: DeployedGrant): string => `${lambda}: ${action} on ${resource}`;
  return {
    missing: missing.map(line),
    unused: unused.map(line),
    pointless: pointless.map(({ actions, lambda = 'any' }) => `${actions.join(', ')} of ${lambda}`),
    grants: grants.length,
    used: grants.length - idle.length,
    excused,
  };
}

/** As IAM compares: `*` is any number of characters. */
function like(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(text);
}
