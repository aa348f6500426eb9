import type { AslState } from './asl.ts';

/** What a Task's `Resource` means, with the names under which a handler may be exported. */
export type TaskResource =
  | { readonly type: 'lambda'; readonly names: readonly string[] }
  | { readonly type: 'invoke'; readonly names: readonly string[] }
  | { readonly type: 'service'; readonly resourceType: string; readonly resource: string }
  | { readonly type: 'unsupported'; readonly reason: string };

const statesArn = /^arn:[^:]*:states:[^:]*:[^:]*:(?<service>.+)$/;
const placeholder = /^\$\{(?<name>[^}]+)\}$/;

/**
 * Names of a Lambda function as its ARN (whole, partial, with version or alias), its plain name or a placeholder says
 * it. `${ProcessPaymentArn}` also means `ProcessPayment`, the usual way to name a substitution.
 */
function functionNames(reference: unknown): readonly string[] {
  if (typeof reference !== 'string') return [];
  const substituted = placeholder.exec(reference)?.groups?.name;
  if (substituted !== undefined) return [substituted, substituted.replace(/\.?Arn$/, '')];
  const named = /(?:^|:)function:(?<name>[^:]+)/.exec(reference)?.groups?.name;
  if (named !== undefined) return [placeholder.exec(named)?.groups?.name ?? named];
  const plain = /^(?<name>[^:]+)(?::[^:]+)?$/.exec(reference)?.groups?.name;
  return plain === undefined ? [] : [plain];
}

function parameter(state: AslState, name: string): unknown {
  const { Parameters } = state;
  return typeof Parameters === 'object' && Parameters !== null ? new Map(Object.entries(Parameters)).get(name) : null;
}

/** Reads a Task's `Resource`. Whatever is no Step Functions integration is taken for a Lambda function. */
export function readResource(state: AslState): TaskResource {
  const resource = state.Resource ?? '';
  if (resource.includes('.waitForTaskToken')) {
    return { type: 'unsupported', reason: 'task tokens (.waitForTaskToken) are not supported by the local runner' };
  }
  const service = statesArn.exec(resource)?.groups?.service;
  if (service === undefined) return { type: 'lambda', names: functionNames(resource) };
  if (service.startsWith('activity:')) {
    return { type: 'unsupported', reason: 'activities are not supported by the local runner' };
  }
  if (service === 'lambda:invoke') return { type: 'invoke', names: functionNames(parameter(state, 'FunctionName')) };
  const colon = service.lastIndexOf(':');
  return { type: 'service', resourceType: service.slice(0, Math.max(colon, 0)), resource: service.slice(colon + 1) };
}
