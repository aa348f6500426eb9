import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What kept a module from being imported: Node's errors have a code and, of a module that was not found, its address. */
interface ImportError extends Error {
  readonly code?: string;
  readonly url?: string;
}

type Explain = (error: ImportError, file: string) => string | null;

/** Endings that an import can stand for with TypeScript's or a bundler's resolution; Node takes a file's whole name. */
const endings = ['.ts', '.mts', '.js', '.mjs', '/index.ts', '/index.js'];

const wholeName: Explain = ({ code, url }, file) => {
  if ((code !== 'ERR_MODULE_NOT_FOUND' && code !== 'ERR_UNSUPPORTED_DIR_IMPORT') || url === undefined) return null;
  const wanted = fileURLToPath(url);
  const bare = /^\.[mc]?js$/.test(extname(wanted)) ? wanted.slice(0, -extname(wanted).length) : wanted;
  const meant = endings.map((ending) => bare + ending).find((candidate) => existsSync(candidate));
  if (meant === undefined) return `there is no ${wanted}`;
  const path = relative(dirname(file), meant);
  return `an import needs the whole name of the file: write "${path.startsWith('.') ? path : `./${path}`}"`;
};

const missingPackage: Explain = ({ code, message }) => {
  const name = code === 'ERR_MODULE_NOT_FOUND' && /^Cannot find package '([^']+)'/.exec(message)?.[1];
  if (!name) return null;
  return /^[@~]\//.test(name)
    ? `"${name}" is a path that only a bundler or tsconfig.json knows: write it relative to the file, with its ending`
    : `the package "${name}" is not there: install it beside the workflows (npm install ${name})`;
};

const notStripped: Explain = ({ code, message }) =>
  code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
    ? `${message.replace(/ in strip-only mode$/, '')}: Node takes types out and compiles nothing. Write it in JavaScript (for an enum a const object, for a parameter property a field), or compile the file to tasks.js`
    : null;

const belowNodeModules: Explain = ({ code }) =>
  code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING'
    ? 'Node takes no types out of files below node_modules: move the folder elsewhere, or compile the file to tasks.js'
    : null;

const unknownEnding: Explain = ({ code, message }) =>
  code === 'ERR_UNKNOWN_FILE_EXTENSION'
    ? `${message}: TypeScript is switched off (--no-strip-types) or the ending is not .ts, .mts, .js or .mjs`
    : null;

const onlyType: Explain = ({ name, message }) => {
  const [, module = '', exported = ''] =
    (name === 'SyntaxError' && /module '([^']+)' does not provide an export named '([^']+)'/.exec(message)) || [];
  return exported === ''
    ? null
    : `"${module}" exports no "${exported}": if it is a type, write "import type { ${exported} }"`;
};

const attribute: Explain = ({ code }) =>
  code === 'ERR_IMPORT_ATTRIBUTE_MISSING' ? `an import of JSON ends in "with { type: 'json' }"` : null;

const commonJs: Explain = ({ message }) => {
  if (message.startsWith('require is not defined')) return 'it is an ES module: write import instead of require';
  return message.startsWith('Cannot use import statement outside a module') ||
    message.startsWith("Unexpected token 'export'")
    ? 'the nearest package.json says "type": "commonjs": make it "module", or name the file tasks.mjs'
    : null;
};

/** V8 has no decorators, and says neither that nor where. */
const decorator: Explain = ({ name, message }, file) => {
  if (name !== 'SyntaxError' || message !== 'Invalid or unexpected token' || !existsSync(file)) return null;
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((text) => /^\s*@[\w.]+/.test(text));
  return line < 0
    ? null
    : `line ${line + 1}: Node runs no decorators: call the function instead, or compile the file to tasks.js`;
};

const syntax: Explain = ({ name, message, stack = '' }, file) => {
  if (name !== 'SyntaxError') return null;
  return /^file:.*:\d+\n/.test(stack) ? message : `${message}; "node --check ${file}" shows the line`;
};

const explanations: readonly Explain[] = [
  ...[
    wholeName,
    missingPackage,
    notStripped,
    belowNodeModules,
    unknownEnding,
    onlyType,
    attribute,
    commonJs,
    decorator,
  ],
  syntax,
];

/** Where Node says it is: the first line of the stack of a file that could not be parsed, as `file:///a/tasks.ts:3`. */
function placeIn(stack: string, file: string): string {
  const [, url = '', line = ''] = /^(file:\S+):(\d+)\n/.exec(stack) ?? [];
  if (url === '') return '';
  const path = fileURLToPath(url);
  return path === file ? `line ${line}: ` : `${path}, line ${line}: `;
}

/**
 * Why a task module cannot be imported, and what to do about it, in one sentence. What its own code throws is said as it is.
 *
 * @param file the task module, absolute
 */
export function explainImport(error: unknown, file: string): string {
  if (!(error instanceof Error)) return String(error);
  for (const explain of explanations) {
    const explained = explain(error, file);
    if (explained !== null) return `${placeIn(error.stack ?? '', file)}${explained}`;
  }
  return error.message;
}
