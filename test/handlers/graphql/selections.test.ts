import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type DocumentNode, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { TooLarge } from '../../../handlers/graphql/compile-selection.ts';
import { createSelections } from '../../../handlers/graphql/selections.ts';
import { planSubscription, type SubscriptionPlan } from '../../../handlers/graphql/subscription-plan.ts';
import { reader, schema, updateOf } from './support.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const selections = createSelections();

function planOf(text: string, variables: Record<string, unknown> = {}, document: DocumentNode = parse(text)) {
  const definition = getOperationAST(document);
  if (!definition) throw new Error('no operation');
  const planned = planSubscription({ schema, document, text, definition, variables }, reader, selections);
  if (planned.type === 'errors') throw new Error(JSON.stringify(planned.errors));
  return planned.plan;
}

const watch = (selection: string): string => `subscription { statusChanged(workflow: "orders") { ${selection} } }`;

/** A plan, and something that tells whether its document is still there. */
function planned(): { readonly plan: SubscriptionPlan; readonly document: WeakRef<DocumentNode> } {
  const fields = Array.from({ length: 300 }, (_, n) => `a_rather_long_alias_${n}: seq`).join(' ');
  const text = `subscription { statusChanged(workflow: "a-rather-long-workflow") { ...F } } fragment F on Update { ${fields} progress { message } }`;
  const document = parse(text);
  return { plan: planOf(text, {}, document), document: new WeakRef(document) };
}

describe('a selection', () => {
  it('G8: keeps nothing of its document, neither does the plan it is part of', async () => {
    const { plan, document } = planned();
    // A reference that was just looked at lives until the turn is over.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(document.deref()).toBeUndefined();
    expect(plan.selection.render(updateOf({ seq: 7 }), 100_000)).toContain('"a_rather_long_alias_299":7');
  });

  it('is one for all that ask alike as long as anybody holds it, and forgotten after', async () => {
    const first = planOf(watch('seq state'));
    expect(planOf(watch('seq state')).selection).toBe(first.selection);
    expect(planOf(watch('seq')).selection).not.toBe(first.selection);
    const forgotten = new WeakRef(planOf(watch('kind')).selection);
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(forgotten.deref()).toBeUndefined();
    expect(planOf(watch('seq state')).selection).toBe(first.selection);
  });

  it('counts at least the memory that it takes', async () => {
    const made: SubscriptionPlan[] = [];
    const fields = (n: number): string => Array.from({ length: 300 }, (_, m) => `a${n + 1}_${m}: state`).join(' ');
    planOf(watch(fields(-1)));
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 100; n += 1) made.push(planOf(watch(fields(n))));
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    const taken = process.memoryUsage().heapUsed - before;
    const counted = made.reduce((sum, { selection }) => sum + selection.bytes, 0);
    expect(counted).toBeGreaterThan(taken);
    // And not so much that honest clients would find no room.
    expect(counted / made.length).toBeLessThan(200_000);
  });

  it.each([
    ['a field', 'output', { output: 'x'.repeat(1_000) }],
    [
      'one field under many names',
      Array.from({ length: 50 }, (_, n) => `o${n}: output`).join(' '),
      { output: 'x'.repeat(50) },
    ],
    ['a list', 'activeStates', { activeStates: Array.from({ length: 100 }, (_, n) => `State${n}`) }],
    ['an object', 'error { cause }', { error: { name: null, cause: 'x'.repeat(1_000) } }],
    ['what only execute can tell', 'seq state', { state: 'x'.repeat(1_000), seq: 1.5 }],
  ])('G8: renders no more than asked for: %s', (_, selection, values) => {
    const { render } = planOf(watch(selection)).selection;
    const update = updateOf(values);
    const whole = render(update, 100_000);
    if (whole.length > 900) expect(() => render(update, 900)).toThrow(TooLarge);
    expect(render(update, whole.length)).toBe(whole);
    expect(() => render(update, whole.length - 1)).toThrow(TooLarge);
  });

  it('G8: stops rendering where it gets too large', () => {
    let reads = 0;
    const update = updateOf();
    const counted = Object.defineProperty({ ...update }, 'state', {
      get: () => {
        reads += 1;
        return 'x'.repeat(100);
      },
    });
    const { render } = planOf(watch(Array.from({ length: 300 }, (_, n) => `s${n}: state`).join(' '))).selection;
    expect(() => render(counted, 1_000)).toThrow(TooLarge);
    expect(reads).toBeLessThan(15);
  });

  it('writes one output once, however often it is asked for', () => {
    let writes = 0;
    const get = (): number => {
      writes += 1;
      return 1;
    };
    const output = Object.defineProperty({}, 'a', { enumerable: true, get });
    const update = updateOf({ output });
    const [one, other] = [planOf(watch('a: output b: output')), planOf(watch('output'))];
    expect(JSON.parse(one.selection.render(update, 10_000)).data.statusChanged).toEqual({ a: '{"a":1}', b: '{"a":1}' });
    other.selection.render(update, 10_000);
    expect(writes).toBe(1);
  });

  it('G8: refuses variables that nobody needs for an execution’s name', () => {
    const text = 'subscription ($w: ID!) { statusChanged(workflow: "orders", id: $w) { seq } }';
    expect(() => planOf(text, { w: 'x'.repeat(81) })).toThrow(/80 characters/);
    const much = Array.from({ length: 60 }, (_, n) => `$b${n}: String = "${'x'.repeat(80)}"`).join(' ');
    expect(() => planOf(`subscription (${much}) { statusChanged(workflow: "orders") { seq } }`)).toThrow(/4096 bytes/);
  });
});
