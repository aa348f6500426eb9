import type { AslState } from './asl.ts';

/** Fields that are payload templates: only what stands under a key ending in `.$` is an expression there. */
const templates: ReadonlySet<string> = new Set(['Parameters', 'ResultSelector', 'ItemSelector']);
/** Fields that hold no expression of the state itself: plain data, or states that answer for themselves. */
const opaque: ReadonlySet<string> = new Set(['Result', 'Branches', 'ItemProcessor', 'Iterator', 'Comment']);

type Change = (expression: string, key: string) => string;

function inTemplate(value: unknown, key: string, change: Change): unknown {
  if (typeof value === 'string') return key.endsWith('.$') ? change(value, key) : value;
  if (Array.isArray(value)) return value.map((item) => inTemplate(item, '', change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inTemplate(item, name, change)]));
}

function inField(value: unknown, key: string, change: Change): unknown {
  if (templates.has(key)) return inTemplate(value, '', change);
  if (opaque.has(key)) return value;
  if (typeof value === 'string') return key.endsWith('Path') || key === 'Variable' ? change(value, key) : value;
  if (Array.isArray(value)) return value.map((item) => inField(item, key, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inField(item, name, change)]));
}

/** The state with every path and intrinsic call of its own replaced by what `change` makes of it. */
export function mapExpressions(state: AslState, change: Change): AslState {
  // Only strings are replaced by strings, so the state keeps its type.
  const changed: AslState = { ...state };
  for (const [key, value] of Object.entries(state)) Object.assign(changed, { [key]: inField(value, key, change) });
  return changed;
}

/** Every path and intrinsic call of the state, with the field it stands in. */
export function expressionsOf(state: AslState): readonly (readonly [field: string, expression: string])[] {
  const found: (readonly [string, string])[] = [];
  mapExpressions(state, (expression, key) => {
    found.push([key, expression]);
    return expression;
  });
  return found;
}

/** The expression with the code outside its quoted strings changed (Amazon States Language, "Intrinsic functions"). */
export function mapCode(expression: string, change: (code: string) => string): string {
  return expression.replace(/'(?:\\.|[^'\\])*'|[^']+/gs, (part) => (part.startsWith("'") ? part : change(part)));
}
