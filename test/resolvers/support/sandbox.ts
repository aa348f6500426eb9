import { createContext, runInContext, Script } from 'node:vm';
import { documented } from '../../../resolvers/lint/documented.ts';

/** A handler of a resolver: JSON text of the context in, JSON text of what it returned out. */
export type Handler = (contextJson: string) => string;

export interface Sandbox {
  readonly request: Handler;
  readonly response: Handler;
}

/**
 * Takes everything away that APPSYNC_JS does not have. Runs inside the context, with its own objects. What a method of
 * another realm gives back (an array of `Object.keys`) is of this realm, so nothing leaks in.
 */
const strip = `(known) => {
  const world = globalThis;
  const { getOwnPropertyNames, entries } = Object;
  const { parse, stringify } = JSON;
  const isKept = (names, name) => names.some((one) => one === name);
  const { console: _, ...statics } = known.statics;
  const keeps = [
    ...entries(statics).map(([name, names]) => [world[name], names]),
    [String.prototype, known.string],
    [Array.prototype, known.array],
    ...[Number, Boolean, Function, Object].map(({ prototype }) => [prototype, ['constructor']]),
    [world, known.globals],
  ];
  JSON.parse = (text) => {
    try {
      return parse(text);
    } catch {
      return '';
    }
  };
  for (const [object, names] of keeps)
    for (const name of getOwnPropertyNames(object)) if (!isKept(names, name)) delete object[name];
  return { parse, stringify };
}`;
/**
 * A bundle in a context of its own that has nothing but what the AppSync Developer Guide lists: no `Date`, no `Array.isArray`,
 * no `includes`. Only JSON crosses its border, as on AppSync.
 *
 * @param code An ES module as esbuild writes it: imports of @aws-appsync/utils first, one list of exports at the end.
 * @param utils What that package gives.
 */
export function createSandbox(code: string, utils: object): Sandbox {
  const context = createContext(
    { console: { log() {}, error() {} } },
    { codeGeneration: { strings: false, wasm: false } },
  );
  const { parse, stringify } = runInContext(strip, context)(documented) as Pick<typeof JSON, 'parse' | 'stringify'>;
  const exported = new Script(asFunction(code)).runInContext(context)(utils) as {
    readonly [handler in keyof Sandbox]: (ctx: unknown) => unknown;
  };
  const handler =
    (name: keyof Sandbox): Handler =>
    (contextJson) =>
      stringify(exported[name](parse(contextJson))) ?? 'null';
  return { request: handler('request'), response: handler('response') };
}

/** The module as a function from `utils` to its exports: the same code, only the first and last statements are reworded. */
function asFunction(code: string): string {
  const body = code
    .replaceAll(/^import \{(?<names>[^}]*)\} from "@aws-appsync\/utils";$/gm, (_, names: string) => {
      return `const {${names.replaceAll(' as ', ': ')}} = utils;`;
    })
    .replace(/^export \{(?<names>[^}]*)\};\s*$/m, 'return {$<names>};');
  if (/^(?:import|export)\b/m.test(body))
    throw new Error('The bundle imports or exports in a way that is not known here.');
  return `(utils) => { 'use strict';\n${body}\n}`;
}
