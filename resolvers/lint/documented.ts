/**
 * What APPSYNC_JS has (AppSync Developer Guide, "Supported runtime features"). Whatever is not here does not exist there,
 * or is not promised: `Array.prototype.includes` and `Array.isArray`, for example. `replace` and `replaceAll` are left out
 * on purpose: they take their first argument as a Java regular expression.
 */
export const documented = {
  globals: ['Infinity', 'JSON', 'Math', 'NaN', 'Number', 'Object', 'console', 'undefined'],
  statics: {
    JSON: ['parse', 'stringify'],
    Math: ['random', 'min', 'max', 'round', 'floor', 'ceil'],
    Number: ['isFinite', 'isNaN'],
    Object: ['assign', 'entries', 'hasOwn', 'keys', 'values'],
    console: ['error', 'log'],
  },
  string: [
    'length',
    'charAt',
    'concat',
    'endsWith',
    'indexOf',
    'lastIndexOf',
    'slice',
    'split',
    'startsWith',
    'toLowerCase',
    'toUpperCase',
    'trim',
    'trimEnd',
    'trimStart',
  ],
  array: [
    'length',
    'concat',
    'every',
    'fill',
    'filter',
    'find',
    'findIndex',
    'findLast',
    'findLastIndex',
    'flat',
    'flatMap',
    'forEach',
    'indexOf',
    'join',
    'lastIndexOf',
    'map',
    'pop',
    'push',
    'reduce',
    'reduceRight',
    'reverse',
    'shift',
    'slice',
    'some',
    'sort',
    'splice',
    'unshift',
  ],
} as const;

/** Names of all that this JavaScript has beyond that: an engine that learns more makes the list longer. */
function beyond(objects: readonly object[], known: readonly string[]): readonly string[] {
  const names = objects.flatMap((object) => Object.getOwnPropertyNames(object));
  return [...new Set(names)].filter((name) => !known.includes(name) && /^\w+$/.test(name)).sort();
}

/** Globals that are not there: `Date`, `Map`, `fetch`, `structuredClone`, `Array` by its name, … */
export const forbiddenGlobals = beyond([globalThis], documented.globals);

/** Methods that no value has there: `includes`, `at`, `padStart`, `toSorted`, `bind`, … */
export const forbiddenMethods = beyond(
  [String.prototype, Array.prototype, Number.prototype, Function.prototype, Object.prototype],
  [...documented.string, ...documented.array, ...Object.values(documented.statics).flat(), 'name'],
);

/** Methods that only one of the documented objects has as its own, e.g. `Object.keys` but no `array.keys()`. */
export const staticsAlone = {
  Object: documented.statics.Object.filter((name) => beyond([Array.prototype], []).includes(name)),
};
