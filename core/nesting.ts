/** State → the Parallel and Map states around it, outermost first. */
export type Nesting = { readonly [state: string]: readonly string[] };

type Node = Readonly<Record<string, unknown>>;

const asNode = (value: unknown): Node | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : null;

/** The state machines inside a state: a Parallel's branches, a Map's processor, or its older name `Iterator`. */
function innerMachines(state: Node): readonly unknown[] {
  return [...(Array.isArray(state.Branches) ? state.Branches : []), state.ItemProcessor, state.Iterator];
}

/**
 * How the states of an ASL definition nest (S8); null when it is no definition, which is to say has no `States`.
 * Names are unique over all levels (ASL), so one flat table is enough.
 */
export function nestingOf(definition: unknown): Nesting | null {
  if (asNode(asNode(definition)?.States) === null) return null;
  const nesting: [state: string, around: readonly string[]][] = [];
  // A list of work instead of recursion: a definition of any depth must not overflow the stack.
  const work: { readonly machine: unknown; readonly around: readonly string[] }[] = [
    { machine: definition, around: [] },
  ];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const { machine, around } = next;
    for (const [name, value] of Object.entries(asNode(asNode(machine)?.States) ?? {})) {
      nesting.push([name, around]);
      const inside = [...around, name];
      for (const inner of innerMachines(asNode(value) ?? {})) work.push({ machine: inner, around: inside });
    }
  }
  return Object.fromEntries(nesting);
}
