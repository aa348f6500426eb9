import { type AslMachine, type AslState, statesOf } from './asl.ts';
import { expressionsOf, mapCode } from './expressions.ts';

/** Fields of a state that the runner does not execute, and what they are. */
const unsupportedFields: { readonly [field: string]: string } = {
  Assign: 'variables (Assign)',
  Arguments: 'JSONata (Arguments)',
  Output: 'JSONata (Output)',
  Items: 'JSONata (Items)',
  HeartbeatSeconds: 'heartbeats (HeartbeatSeconds)',
  HeartbeatSecondsPath: 'heartbeats (HeartbeatSecondsPath)',
  ItemReader: 'the distributed Map (ItemReader)',
  ItemBatcher: 'the distributed Map (ItemBatcher)',
  ResultWriter: 'the distributed Map (ResultWriter)',
  ToleratedFailureCount: 'the distributed Map (ToleratedFailureCount)',
  ToleratedFailureCountPath: 'the distributed Map (ToleratedFailureCountPath)',
  ToleratedFailurePercentage: 'the distributed Map (ToleratedFailurePercentage)',
  ToleratedFailurePercentagePath: 'the distributed Map (ToleratedFailurePercentagePath)',
};

/** Amazon States Language, "Intrinsic functions"; all of them run. */
const intrinsics: ReadonlySet<string> = new Set(
  (
    'Format StringToJson JsonToString Array ArrayPartition ArrayContains ArrayRange ArrayGetItem ArrayLength ' +
    'ArrayUnique Base64Encode Base64Decode Hash JsonMerge MathRandom MathAdd StringSplit UUID'
  ).split(' '),
);

function fieldsOf(state: AslState): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(state));
}

function isDistributed(state: AslState): boolean {
  const config = fieldsOf(state.ItemProcessor ?? state.Iterator ?? Object.create(null)).get('ProcessorConfig');
  return typeof config === 'object' && config !== null && 'Mode' in config && config.Mode === 'DISTRIBUTED';
}

/** What an expression needs that the runner does not have; null when it can be evaluated. */
function unsupportedIn(expression: string): string | null {
  let code = '';
  mapCode(expression, (part) => {
    code += part;
    return part;
  });
  if (/\$\$(?!\.)/.test(code)) return 'the whole context object ($$)';
  if (/\$\$\.Task\b/.test(code)) return 'task tokens ($$.Task)';
  if (/(?<![\w$.])\$[A-Za-z_]/.test(code)) return 'variables ($name)';
  for (const [, name] of code.matchAll(/\bStates\.(\w+)\s*\(/g)) {
    if (name !== undefined && !intrinsics.has(name)) return `the intrinsic function States.${name}`;
  }
  return null;
}

function unsupportedInState(state: AslState): readonly string[] {
  const fields = fieldsOf(state);
  const found = [...fields.keys()].flatMap((field) => unsupportedFields[field] ?? []);
  if (fields.get('QueryLanguage') === 'JSONata') found.push('JSONata (QueryLanguage)');
  if (isDistributed(state)) found.push('the distributed Map (ProcessorConfig.Mode DISTRIBUTED)');
  for (const [, expression] of expressionsOf(state)) {
    const feature = unsupportedIn(expression);
    if (feature !== null) found.push(feature);
  }
  return [...new Set(found)];
}

/**
 * Features that the local runner cannot execute. They are refused when the workflow is loaded: an execution that runs
 * differently here than on AWS would be worse than none.
 */
export function unsupportedFeatures(
  machine: AslMachine,
): readonly { readonly state: string | null; readonly feature: string }[] {
  const whole = new Map<string, unknown>(Object.entries(machine)).get('QueryLanguage') === 'JSONata';
  return [
    ...(whole ? [{ state: null, feature: 'JSONata (QueryLanguage)' }] : []),
    ...[...statesOf(machine)].flatMap(([name, state]) =>
      unsupportedInState(state).map((feature) => ({ state: name, feature })),
    ),
  ];
}
