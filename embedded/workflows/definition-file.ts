import validate from 'asl-validator';
import { type AslMachine, statesOf } from './asl.ts';
import { expressionsOf } from './expressions.ts';
import { slowness } from './slow-paths.ts';
import { unsupportedFeatures } from './unsupported.ts';

/** A wrong definition: what is wrong, and in which state. */
export interface DefinitionProblem {
  readonly state: string | null;
  readonly reason: string;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Shaped like a state machine on every level, so that it can be walked; everything else is the validator's. */
function isMachine(value: unknown): value is AslMachine {
  if (!isObject(value) || typeof value.StartAt !== 'string' || !isObject(value.States)) return false;
  return Object.values(value.States).every((state) => {
    if (!isObject(state)) return false;
    const { Branches = [], ItemProcessor, Iterator } = state;
    const inside = [ItemProcessor, Iterator].filter((machine) => machine !== undefined);
    return Array.isArray(Branches) && [...Branches, ...inside].every(isMachine);
  });
}

/** The validator names the state in its text only, as a pointer or in quotes. */
function stateIn(message: string): string | null {
  const { pointed, quoted, named } =
    /^\/(?:.*\/)?States\/(?<pointed>[^/]+)\/|^State "(?<quoted>[^"]+)"|^State (?<named>.+) is not reachable$/.exec(
      message,
    )?.groups ?? {};
  return pointed ?? quoted ?? named ?? null;
}

/**
 * A copy of its own, because the validator writes into what it checks; without the Resources, because it refuses a
 * placeholder there when ARNs are not checked (it then fits two of its alternatives). `readResource` judges them.
 */
function forValidator(text: string): unknown {
  return JSON.parse(text, (key, value) => (key === 'Resource' && typeof value === 'string' ? 'resource' : value));
}

function slowStates(definition: AslMachine): readonly DefinitionProblem[] {
  return [...statesOf(definition)].flatMap(([state, fields]) =>
    expressionsOf(fields).flatMap(([, expression]) => {
      const why = slowness(expression);
      return why === null ? [] : [{ state, reason: `${expression} could take more than linear time: ${why}` }];
    }),
  );
}

/**
 * Reads a state machine definition: unmodified Step Functions JSON in JSONPath. Placeholders and incomplete ARNs pass;
 * what the runner cannot execute, and what Step Functions would refuse, are problems.
 */
export function parseDefinition(
  text: string,
):
  | { readonly type: 'definition'; readonly definition: AslMachine }
  | { readonly type: 'wrong'; readonly problems: readonly DefinitionProblem[] } {
  const wrong = (problems: readonly DefinitionProblem[]) => ({ type: 'wrong', problems }) as const;
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    return wrong([{ state: null, reason: `is not JSON: ${error instanceof Error ? error.message : error}` }]);
  }
  if (!isMachine(definition)) {
    return wrong([
      { state: null, reason: 'is no state machine: StartAt and States with an object per state are needed' },
    ]);
  }
  const unsupported = unsupportedFeatures(definition);
  if (unsupported.length > 0) {
    return wrong(
      unsupported.map(({ state, feature }) => ({
        state,
        reason: `${feature}: not supported by the local runner, and refused rather than run differently than on AWS`,
      })),
    );
  }
  const { isValid, errors } = validate(forValidator(text), { checkArn: false, checkPaths: true });
  if (!isValid) {
    return wrong(
      errors.map(({ Message }) => ({ state: stateIn(Message), reason: `invalid definition: ${Message.trim()}` })),
    );
  }
  const slow = slowStates(definition);
  return slow.length > 0 ? wrong(slow) : { type: 'definition', definition };
}
