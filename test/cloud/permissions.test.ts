import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RecordedCall } from './permissions/calls.ts';
import { compare, type DeployedGrant } from './permissions/compare.ts';
import { excuses } from './permissions/excuses.ts';
import { functionsByRole, grantsOf, managedPoliciesOf, resolveResources, resourcesOf } from './permissions/grants.ts';
import { readStack } from './stack.ts';
import type { Template } from './transform.ts';

const stack = readStack();
const template = JSON.parse(readFileSync(stack.template, 'utf8')) as Template;
const functions = functionsByRole(template);
const resolved = resolveResources(resourcesOf(template), stack.outputs);
/** Lambdas of the product: what the example's own do is not its business. */
const isOurs = (lambda: string): boolean => lambda.startsWith('Status');

const grants: readonly DeployedGrant[] = grantsOf(template).flatMap(({ role, action, resource }) =>
  (functions.get(role) ?? [])
    .filter(isOurs)
    .map((lambda) => ({ lambda, action, resource: resolved.get(JSON.stringify(resource)) ?? '?' })),
);

const logicalIds = new Map(Object.entries(stack.resources).map(([logical, physical]) => [physical, logical]));
const calls = [...new Set(readFileSync(stack.calls, 'utf8').trim().split('\n'))]
  .map((line) => JSON.parse(line) as RecordedCall)
  .map((call) => ({ ...call, lambda: logicalIds.get(call.lambda) ?? call.lambda }))
  .filter(({ lambda }) => isOurs(lambda));

const found = compare(grants, calls, excuses);

describe(`least privilege: ${found.grants} grants, ${calls.length} distinct calls, ${found.used} grants used`, () => {
  it('the recorder saw every Lambda that was invoked', () => {
    const seen = new Set(calls.map(({ lambda }) => lambda));
    expect(seen.size).toBeGreaterThan(5);
    expect(calls.filter(({ resource }) => resource === '' || resource === '?' || resource === 'undefined')).toEqual([]);
  });

  it('everything that was called is granted', () => {
    expect(found.missing).toEqual([]);
  });

  it('everything that is granted was called, or has a reason that is listed', () => {
    expect(found.unused).toEqual([]);
  });

  it('every reason that is listed is for something that is granted', () => {
    expect(found.pointless).toEqual([]);
  });

  it('no Lambda has a managed policy of AWS, which grants more than is told here', () => {
    expect(managedPoliciesOf(template).filter(({ role }) => (functions.get(role) ?? []).some(isOurs))).toEqual([]);
  });

  for (const [index, { actions, reason }] of excuses.entries()) {
    it(`${found.excused[index]} grants are not called by the code (${actions.join(', ')}): ${reason}`, () => {
      expect(reason).not.toBe('');
    });
  }

  it('the emulated cloud denied nothing to any Lambda', () => {
    const denied = readFileSync(stack.log, 'utf8')
      .split('\n')
      .filter((line) => /AccessDenied|not authorized to perform/.test(line));
    expect(denied).toEqual([]);
  });
});
