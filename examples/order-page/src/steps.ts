import asl from '../../orders/orders.asl.json' with { type: 'json' };
import { textOf } from './text.ts';

/** The order workflow's definition: the client's types come from it, and the steps below. */
export type OrderWorkflow = typeof asl;

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Choices?: readonly { readonly Next: string }[];
}

/** The way of an order that goes well: from the first state on, at a Choice by its first rule. */
function wayThrough({ StartAt, States }: OrderWorkflow): readonly string[] {
  const states: Readonly<Record<string, State>> = States;
  const way: string[] = [];
  for (let name: string | undefined = StartAt; name !== undefined && !way.includes(name); ) {
    const state: State | undefined = states[name];
    way.push(name);
    name = state?.Next ?? state?.Choices?.[0]?.Next;
  }
  return way;
}

export const way = wayThrough(asl);

/** `CheckInventory` as people write it. */
export const readable = (name: unknown): string =>
  textOf(name).replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);

export type StepState = 'done' | 'current' | 'failed' | 'ahead';

export interface Step {
  readonly name: string;
  readonly state: StepState;
}

interface Progressed {
  readonly status: string;
  readonly state: string | null;
}

/** The steps as an update leaves them. @param visited the states entered so far, in order. */
export function stepsOf({ status, state }: Progressed, visited: readonly string[]): readonly Step[] {
  const reached = [...visited, state ?? ''].filter((name) => way.includes(name)).at(-1) ?? null;
  const position = reached === null ? -1 : way.indexOf(reached);
  const failed = status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED';
  const here: StepState = failed ? 'failed' : 'current';
  return way.map((name, index) => ({
    name,
    state: status === 'SUCCEEDED' || index < position ? 'done' : index === position ? here : 'ahead',
  }));
}
