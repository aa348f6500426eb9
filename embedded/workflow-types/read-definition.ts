/** One state, on any level of a definition. */
export interface StateFacts {
  readonly name: string;
  /** Its `Comment`; null when it has none. */
  readonly comment: string | null;
  /** The states that may follow it, in the definition's order. */
  readonly next: readonly string[];
}

/** What a definition tells about the names that a reader will see. */
export interface DefinitionFacts {
  readonly comment: string | null;
  /** Containers before what is in them. */
  readonly states: readonly StateFacts[];
  /** The top-level states that nothing follows. */
  readonly terminal: readonly string[];
  /** What Fail states and Catch name, sorted. */
  readonly errors: readonly string[];
}

export type ReadDefinition =
  | { readonly type: 'definition'; readonly facts: DefinitionFacts }
  | { readonly type: 'wrong'; readonly problems: readonly string[] };

type JsonObject = { readonly [key: string]: unknown };

const stateTypes: ReadonlySet<unknown> = new Set([
  ...['Task', 'Pass', 'Choice', 'Wait', 'Succeed', 'Fail', 'Parallel', 'Map'],
]);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `States.Fork.Branches[0]`; names that are no identifiers in brackets and quotes. */
const at = (place: string, key: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(key) ? (place === '' ? key : `${place}.${key}`) : `${place}[${JSON.stringify(key)}]`;

/**
 * Reads the names out of a state machine definition (Amazon States Language, JSONPath or JSONata). Wider than what the local
 * runner can execute, since the types are also for what runs on AWS; it judges only what the names depend on. Each problem
 * begins with its place.
 */
export function readDefinition(text: string): ReadDefinition {
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    return { type: 'wrong', problems: [jsonProblem(text, error)] };
  }
  const problems: string[] = [];
  const places = new Map<string, string>();
  const states: StateFacts[] = [];
  const terminal: string[] = [];
  const errors = new Set<string>();
  const wrong = (place: string, problem: string) => void problems.push(place === '' ? problem : `${place}: ${problem}`);

  function readMachine(machine: unknown, place: string): void {
    if (!isObject(machine) || !isObject(machine.States)) {
      wrong(place, 'no state machine: it has no States');
      return;
    }
    const { States } = machine;
    const target = (name: unknown, from: string): readonly string[] => {
      if (typeof name === 'string' && Object.hasOwn(States, name)) return [name];
      wrong(from, typeof name === 'string' ? `there is no state "${name}" beside it` : 'no name of a state');
      return [];
    };
    target(machine.StartAt, at(place, 'StartAt'));
    for (const [name, state] of Object.entries(States)) {
      readState(name, state, at(at(place, 'States'), name), place === '', target);
    }
  }

  function readState(
    name: string,
    state: unknown,
    place: string,
    isTop: boolean,
    target: (name: unknown, from: string) => readonly string[],
  ): void {
    if (!isObject(state)) {
      wrong(place, 'no state: it is no object');
      return;
    }
    if (!stateTypes.has(state.Type)) wrong(at(place, 'Type'), `there is no type ${JSON.stringify(state.Type)}`);
    const former = places.get(name);
    if (former !== undefined) wrong(place, `the name is taken by ${former}; names are unique over all levels`);
    places.set(name, place);
    const rules = (key: 'Choices' | 'Catch') => listOf(state[key], at(place, key));
    const next = [
      ...('Next' in state ? target(state.Next, at(place, 'Next')) : []),
      ...rules('Choices').flatMap(({ rule, from }) => target(rule.Next, at(from, 'Next'))),
      ...('Default' in state ? target(state.Default, at(place, 'Default')) : []),
      ...rules('Catch').flatMap(({ rule, from }) => target(rule.Next, at(from, 'Next'))),
    ];
    const goesOn = 'Next' in state || 'Choices' in state;
    const ends = state.End === true || state.Type === 'Succeed' || state.Type === 'Fail';
    if (goesOn === ends) wrong(place, goesOn ? 'it both goes on and ends' : 'it has neither Next nor End');
    if (ends && isTop) terminal.push(name);
    states.push({ name, comment: commentOf(state), next: [...new Set(next)] });
    if (typeof state.Error === 'string') errors.add(state.Error);
    for (const { rule } of rules('Catch')) {
      for (const error of Array.isArray(rule.ErrorEquals) ? rule.ErrorEquals : []) errors.add(String(error));
    }
    listOf(state.Branches, at(place, 'Branches')).forEach(({ rule, from }) => {
      readMachine(rule, from);
    });
    for (const key of ['ItemProcessor', 'Iterator']) {
      if (key in state) readMachine(state[key], at(place, key));
    }
  }

  function listOf(value: unknown, place: string): readonly { readonly rule: JsonObject; readonly from: string }[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) wrong(place, 'no list');
    return (Array.isArray(value) ? value : []).flatMap((rule: unknown, index) => {
      const from = `${place}[${index}]`;
      if (isObject(rule)) return [{ rule, from }];
      wrong(from, 'no object');
      return [];
    });
  }

  readMachine(definition, '');
  if (problems.length > 0 || !isObject(definition)) return { type: 'wrong', problems };
  const named = [...errors].filter((error) => error !== 'States.ALL' && !error.startsWith('{%')).sort();
  return { type: 'definition', facts: { comment: commentOf(definition), states, terminal, errors: named } };
}

/**
 * V8 names line and column for some mistakes; for others it shows ten characters on either side of the wrong one, or, of a
 * short text, all of it.
 */
function jsonProblem(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, shown = ''] = /, \.{3}"(.*)"(?:\.{3})? is not valid JSON$/s.exec(message) ?? [];
  const start = text.indexOf(shown);
  if (shown === '' || start !== text.lastIndexOf(shown)) return `is not JSON: ${message}`;
  return `line ${text.slice(0, start + 10).split('\n').length}: is not JSON: ${message}`;
}

const commentOf = ({ Comment }: JsonObject): string | null =>
  typeof Comment === 'string' && Comment.trim() !== '' ? Comment.trim() : null;
