import type { DefinitionFacts } from './read-definition.ts';

/** A workflow with the name that its clients use. */
export interface NamedDefinition {
  readonly workflow: string;
  readonly facts: DefinitionFacts;
}

const lineWidth = 120;
const head = '// Made by `statuswire types` from the state machine definitions: change those and make it anew.';

/**
 * A TypeScript file of types and nothing else: one `WorkflowTypes` per workflow, and the map that `createStatusClient` takes.
 * Formatted as Biome and Prettier do with single quotes and 120 columns.
 */
export function renderTypes(workflows: readonly NamedDefinition[]): string {
  const entries = workflows.map(({ workflow }) => `  readonly ${keyOf(workflow)}: ${typeName(workflow)};`);
  const map = [
    '/** The workflows by name: `createStatusClient<Workflows>(…)`. */',
    'export interface Workflows {',
    ...entries,
    '}',
  ];
  return `${[head, ...workflows.map(renderWorkflow), map.join('\n')].join('\n\n')}\n`;
}

/** `order-flow` → `OrderFlowWorkflow`. Different workflows may share one; the caller looks. */
export function typeName(workflow: string): string {
  const words = workflow.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Workflow`.replace(/^(?=\d)/, '_');
}

function renderWorkflow({ workflow, facts }: NamedDefinition): string {
  const { comment, states, terminal, errors } = facts;
  return [
    ...jsDoc(comment ?? `The workflow ${workflow}.`, ''),
    `export interface ${typeName(workflow)} {`,
    ...jsDoc('Every state, with the states that may follow it.', '  '),
    '  readonly states: {',
    ...states.flatMap(({ name, comment: ofState, next }) => [
      ...(ofState === null ? [] : jsDoc(ofState, '    ')),
      ...property('    ', keyOf(name), next),
    ]),
    '  };',
    ...jsDoc('Where an execution ends.', '  '),
    ...property('  ', 'terminal', terminal),
    ...jsDoc('What Fail states and Catch name.', '  '),
    ...property('  ', 'errors', errors),
    '}',
  ].join('\n');
}

/** A union of names on one line, or a name a line where that is too long. */
function property(indent: string, key: string, names: readonly string[]): readonly string[] {
  const literals = names.map(literal);
  const line = `${indent}readonly ${key}: ${literals.join(' | ') || 'never'};`;
  if (line.length <= lineWidth || literals.length === 1) return [line];
  const last = literals.length - 1;
  return [
    `${indent}readonly ${key}:`,
    ...literals.map((name, index) => `${indent}  | ${name}${index === last ? ';' : ''}`),
  ];
}

const keyOf = (name: string): string => (/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name) ? name : literal(name));

/** A string literal of any text, in the quotes that need fewer escapes. */
function literal(text: string): string {
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const count = (quote: string) => text.split(quote).length;
  if (count("'") > count('"')) return `"${escaped}"`;
  return `'${escaped.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function jsDoc(text: string, indent: string): readonly string[] {
  const lines = text
    .replaceAll('*/', '*\u200b/')
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.replace(/[\p{Cc}\p{Cs}\ufeff]/gu, ' ').trim());
  if (lines.length === 1) return [`${indent}/** ${lines[0] || '-'} */`];
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`];
}
