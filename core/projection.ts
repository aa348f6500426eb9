import type { Json } from './contract.ts';
import type { Fact, Payload, ProjectedFact, Result } from './facts.ts';
import { fits } from './paths/json-bounds.ts';
import { compilePath, type LinearPath } from './paths/linear-path.ts';
import type { WorkflowRules } from './workflow-rules.ts';

/** S13: a tenant's name, in characters. */
const maxTenantLength = 128;
/** S14: UTF-8 bytes of a cause that may leave. */
const maxCauseBytes = 4 * 1024;
/** S15: UTF-8 bytes of JSON up to which an update carries its output itself. */
export const maxInlineOutputBytes = 16 * 1024;
/** JSON characters of all that is projected: four times the largest output of Step Functions (256 KiB), which paths may name in part and as a whole. */
const maxResultLength = 1024 * 1024;

const utf8 = new TextEncoder();

interface CompiledRules {
  readonly owner: LinearPath | null;
  readonly expose: readonly (readonly [name: string, path: LinearPath])[];
}

const compiled = new WeakMap<WorkflowRules, CompiledRules>();

function compileRules(rules: WorkflowRules): CompiledRules {
  const known = compiled.get(rules);
  if (known !== undefined) return known;
  const made: CompiledRules = {
    owner: 'inputPath' in rules.owner ? compilePath(rules.owner.inputPath) : null,
    expose: Object.entries(rules.expose).map(([name, path]) => [name, compilePath(path)] as const),
  };
  compiled.set(rules, made);
  return made;
}

const isTenant = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= maxTenantLength;

function pathFault(label: string, path: string, singular: boolean): string | null {
  const wrong = (why: string): string => `${label}: ${JSON.stringify(path)} ${why}`;
  try {
    const read = compilePath(path);
    return singular && !read.singular ? wrong('must name exactly one place') : null;
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

/** What is wrong with the rules' paths or constant tenant, naming the key; null when nothing is. To be asked at load. */
export function checkRules(rules: WorkflowRules): string | null {
  const { owner } = rules;
  if ('tenant' in owner) {
    if (!isTenant(owner.tenant)) return `owner.tenant: must be a text of 1 to ${maxTenantLength} characters`;
  } else {
    const fault = pathFault('owner.inputPath', owner.inputPath, true);
    if (fault !== null) return fault;
  }
  for (const [name, path] of Object.entries(rules.expose)) {
    const fault = pathFault(`expose.${name}`, path, false);
    if (fault !== null) return fault;
  }
  return null;
}

/** Runs `read` on the JSON value of `text`; `otherwise` when it is not JSON, or too deep for a path to walk. */
function overJson<T>(text: string, read: (value: Json) => T, otherwise: T): T {
  try {
    return read(JSON.parse(text) as Json);
  } catch {
    return otherwise;
  }
}

/**
 * The owner that an input names (S13): a text of 1 to 128 characters. null when the rules do not look into the input (the
 * owner is a constant), or the input names none. For the intake: an input that names another tenant than the caller's is
 * refused.
 * @throws when `checkRules` finds fault with the rules.
 */
export function ownerOf(inputText: string, rules: WorkflowRules): string | null {
  const { owner } = compileRules(rules);
  if (owner === null) return null;
  const found = overJson(inputText, (input) => owner.valuesAt(input), []);
  return found.length === 1 && isTenant(found[0]) ? found[0] : null;
}

function tenantOf(input: Payload, rules: WorkflowRules): string | null {
  if ('tenant' in rules.owner) return rules.owner.tenant;
  return input.type === 'text' ? ownerOf(input.text, rules) : null;
}

/** Only what is named: a path that finds nothing leaves its name out, one that can name many places gives a list. */
function project(output: Json, { expose }: CompiledRules): Json {
  const named: [name: string, value: Json][] = [];
  for (const [name, path] of expose) {
    const values = path.valuesAt(output);
    const [first] = values;
    if (first === undefined) continue;
    named.push([name, path.singular ? first : values]);
  }
  return Object.fromEntries(named);
}

function resultOf(output: Payload, rules: WorkflowRules): Result {
  const paths = compileRules(rules);
  if (paths.expose.length === 0 || output.type === 'none') return { type: 'none' };
  if (output.type === 'omitted') return { type: 'omitted' };
  const value = overJson<Json | undefined>(output.text, (json) => project(json, paths), undefined);
  return value === undefined || !fits(value, maxResultLength) ? { type: 'omitted' } : { type: 'value', value };
}

/** The longest beginning of at most `bytes` bytes of UTF-8, never splitting a character. */
function cutUtf8(text: string, bytes: number): string {
  return text.slice(0, utf8.encodeInto(text, new Uint8Array(bytes)).read);
}

/**
 * Leaves of a fact only what may leave (S13, S14): what the projection names of the output, the owner that the input
 * names, the error's name; its cause only where the rules say so, cut to 4 KiB. The result is whole, also above
 * `maxInlineOutputBytes`; see `inlineOutput`. An output that is not JSON counts as omitted.
 * @throws when `checkRules` finds fault with the rules.
 */
export function projectFact(fact: Fact, rules: WorkflowRules): ProjectedFact {
  if (fact.type !== 'status') return fact;
  const { input, output, cause, ...rest } = fact;
  return {
    ...rest,
    result: resultOf(output, rules),
    tenant: tenantOf(input, rules),
    cause: cause !== null && rules.exposeCause ? cutUtf8(cause, maxCauseBytes) : null,
  };
}

/** What of a result an update carries: values over 16 KiB of JSON, or not at hand, are left to `GET /result` (S15). */
export function inlineOutput(result: Result): { readonly output: Json; readonly outputOmitted: boolean } {
  if (result.type === 'none') return { output: null, outputOmitted: false };
  if (result.type === 'omitted') return { output: null, outputOmitted: true };
  const text = JSON.stringify(result.value);
  const tooLarge = text.length > maxInlineOutputBytes || utf8.encode(text).length > maxInlineOutputBytes;
  return tooLarge ? { output: null, outputOmitted: true } : { output: result.value, outputOmitted: false };
}
