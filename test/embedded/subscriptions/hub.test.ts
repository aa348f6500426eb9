import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Caller, maySee } from '../../../core/access.ts';
import type { Update } from '../../../core/contract.ts';
import { createHub, type Hub, type HubSubscription } from '../../../embedded/subscriptions/hub.ts';
import type { Target } from '../../../handlers/graphql/subscription-plan.ts';
import { graphqlOf, headOf, logOf, now, reader, updateOf } from '../../handlers/graphql/support.ts';

const anyone = { tenant: 'default', workflow: 'orders', id: null };
const render = (update: Update): string => `${update.id} ${update.seq}`;
const most = Number.MAX_SAFE_INTEGER;

/** Subscribes what has nothing to do when it fails. */
function join(
  hub: Hub<string>,
  subscription: Omit<HubSubscription<string>, 'fail'> & Partial<HubSubscription<string>>,
): () => void {
  const joined = { fail: () => undefined, ...subscription };
  hub.subscribe(joined);
  return () => hub.unsubscribe(joined);
}

describe('the hub', () => {
  it('renders an update once for all subscribers of one target and key', () => {
    const hub = createHub<string>();
    const got: string[] = [];
    let renderings = 0;
    const counted = (update: Update): string => {
      renderings += 1;
      return render(update);
    };
    for (let n = 0; n < 5; n += 1)
      join(hub, { target: anyone, key: 'same', render: counted, deliver: (text) => got.push(text) });
    join(hub, { target: anyone, key: 'other', render: counted, deliver: (text) => got.push(text) });
    hub.publish([updateOf()]);
    expect(got).toEqual(Array(6).fill('order-1 1'));
    expect(renderings).toBe(2);
  });

  it('S33: drops what was published before, also of an older epoch, for one execution and for the workflow', () => {
    const hub = createHub<string>();
    const got: string[] = [];
    const epoch = '01JE0000000000000000000000';
    for (const id of [null, 'order-1'])
      join(hub, { target: { ...anyone, id }, key: 'k', render, deliver: (text) => got.push(`${id} ${text}`) });
    const updates = [updateOf(), updateOf({ seq: 2 }), updateOf({ epoch })];
    hub.publish(updates);
    hub.publish(updates);
    hub.publish([updateOf({ seq: 3 }), updateOf({ epoch, seq: 2 })]);
    expect(got.filter((line) => line.startsWith('null'))).toEqual(
      ['order-1 1', 'order-1 2', 'order-1 1', 'order-1 2'].map((line) => `null ${line}`),
    );
    expect(got.filter((line) => line.startsWith('order-1 '))).toHaveLength(4);
    expect(hub.stats()).toMatchObject({ delivered: 8, repeated: 8 });
  });

  it('S17: keeps nothing of a topic without subscribers, and stopping twice is harmless', () => {
    const hub = createHub<string>();
    const stop = join(hub, { target: anyone, key: 'k', render, deliver: () => {} });
    join(hub, { target: anyone, key: 'k', render, deliver: () => {} })();
    expect(hub.stats()).toMatchObject({ topics: 1, subscribers: 1 });
    stop();
    stop();
    expect(hub.stats()).toMatchObject({ topics: 0, subscribers: 0 });
  });

  it.each([
    ['rendering', true],
    ['delivery', false],
  ])('G8: a fault in the %s for one reaches no other, and it is told', (_, isRendering) => {
    const hub = createHub<string>();
    const fault = new Error('fault');
    const failures: unknown[] = [];
    const got: string[] = [];
    const throwing = (): never => {
      throw fault;
    };
    const fail = (error: unknown): void => void failures.push(error);
    const deliver = (text: string): void => void got.push(text);
    join(hub, { target: anyone, key: 'first', render, deliver });
    join(hub, {
      ...(isRendering ? { key: 'faulty', render: throwing, deliver } : { key: 'first', render, deliver: throwing }),
      target: anyone,
      fail,
    });
    join(hub, { target: anyone, key: 'first', render, deliver });
    join(hub, { target: anyone, key: 'last', render, deliver });
    join(hub, { target: { ...anyone, id: 'order-1' }, key: 'k', render, deliver });
    hub.publish([updateOf(), updateOf({ seq: 2 })]);
    expect(got.sort()).toEqual([...Array(4).fill('order-1 1'), ...Array(4).fill('order-1 2')]);
    expect(failures).toEqual([fault, fault]);
    expect(hub.stats().delivered).toBe(8);
  });

  it('G1: an update that was not handed over to the end counts as unpublished, and comes again', () => {
    const hub = createHub<string>();
    const got: string[] = [];
    const broken = {
      key: 'a',
      target: anyone,
      render,
      deliver: () => {
        throw new Error('fault');
      },
      // Against its promise: whatever stops a publication half way does.
      fail: () => {
        throw new Error('fault of the fault');
      },
    };
    hub.subscribe(broken);
    join(hub, { target: anyone, key: 'b', render, deliver: (text) => got.push(text) });
    expect(() => hub.publish([updateOf()])).toThrow('fault of the fault');
    hub.unsubscribe(broken);
    hub.publish([updateOf()]);
    expect(got).toEqual(['order-1 1']);
  });

  it('G9: no choice of names reaches a topic of another tenant', () => {
    const name = fc.string({ unit: fc.constantFrom('a', '1'), minLength: 1, maxLength: 3 });
    const separator = fc.constantFrom('\u0000', ':', '/', '1:', '=', '');
    fc.assert(
      fc.property(fc.tuple(name, name, name, name), separator, ([a, b, c, d], sep) => {
        const hub = createHub<string>();
        const got: string[] = [];
        const subscribe = (target: Target): unknown =>
          join(hub, { target, key: '', render, deliver: (text) => got.push(text) });
        subscribe({ tenant: a, workflow: b, id: `${c}${sep}${d}` });
        subscribe({ tenant: a, workflow: `${b}${sep}${c}`, id: d });
        subscribe({ tenant: a, workflow: `${b}${sep}${c}`, id: null });
        hub.publish([updateOf({ tenant: `${a}${sep}${b}`, workflow: c, id: d })]);
        expect(got).toEqual([]);
      }),
    );
  });
});

describe('subscribers that come and go while updates are published, some twice', () => {
  const token = (grant: Extract<Caller, { type: 'token' }>['grant']): Caller => ({
    type: 'token',
    tenant: 'a',
    grant,
    expiresAt: now + 1,
  });
  const callers: readonly Caller[] = [
    { ...reader, tenant: 'a' },
    { ...reader, tenant: 'b' },
    { ...reader, tenant: 'a', scopes: ['start'] },
    token({ type: 'workflow', workflow: 'w1' }),
    token({ type: 'executions', executions: [{ workflow: 'w1', id: 'x' }] }),
  ];
  const selections = ['seq', '__typename n: seq', 'id ...F } } fragment F on Update { activeStates progress { percent'];
  const executions = ['x', 'y', 'z'].flatMap((id) =>
    ['w1', 'w2'].map((workflow) => ({ workflow, id, tenant: id === 'z' ? 'b' : 'a' })),
  );
  const graphql = graphqlOf(logOf(headOf(null), []));

  const step = fc.oneof(
    fc.record({
      type: fc.constant('join' as const),
      caller: fc.nat(callers.length - 1),
      selection: fc.nat(selections.length - 1),
      workflow: fc.constantFrom('w1', 'w2'),
      id: fc.option(fc.constantFrom('x', 'y', 'z')),
    }),
    fc.record({ type: fc.constant('leave' as const), which: fc.nat(20) }),
    fc.record({
      type: fc.constant('publish' as const),
      of: fc.array(fc.nat(executions.length - 1), { maxLength: 12 }),
      /** How many of the last updates the listener's retry brings again. */
      again: fc.nat(12),
    }),
  );

  it('G2 G3 G9: each gets exactly what a naive reader of all updates would', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const hub = createHub<string>();
        const seqs = new Map<number, number>();
        const joined: {
          got: string[];
          expected: string[];
          wants: (update: Update) => string | null;
          leave: () => void;
        }[] = [];
        let present: typeof joined = [];

        for (const action of steps) {
          if (action.type === 'join') {
            const caller = callers[action.caller] ?? reader;
            const { workflow, id } = action;
            const selection = selections[action.selection];
            const query = `subscription S($w: ID!, $id: ID) { statusChanged(workflow: $w, id: $id) { ${selection} } }`;
            const prepared = graphql.prepare({ query, variables: { w: workflow, id } }, caller);
            if (prepared.type !== 'subscription') continue;
            const got: string[] = [];
            const { target, selection: selected } = prepared.plan;
            const rendered = (update: Update): string => selected.render(update, most);
            const leave = join(hub, {
              target,
              key: selected.key,
              render: rendered,
              deliver: (text) => got.push(text),
            });
            const wants = (update: Update): string | null =>
              maySee(caller, update) && update.workflow === workflow && (id === null || update.id === id)
                ? rendered(update)
                : null;
            const one = { got, expected: [], wants, leave };
            joined.push(one);
            present.push(one);
          } else if (action.type === 'leave') {
            const [gone] = present.splice(action.which, 1);
            gone?.leave();
            present = present.filter((one) => one !== gone);
          } else {
            const batch = action.of.map((index) => {
              const seq = (seqs.get(index) ?? 0) + 1;
              seqs.set(index, seq);
              return updateOf({ ...executions[index], seq });
            });
            hub.publish(batch);
            hub.publish(batch.slice(Math.max(0, batch.length - action.again)));
            for (const { wants, expected } of present)
              for (const update of batch) {
                const text = wants(update);
                if (text !== null) expected.push(text);
              }
          }
        }
        for (const { got, expected } of joined) expect(got).toEqual(expected);
        for (const { leave } of present) leave();
        expect(hub.stats()).toMatchObject({ topics: 0, subscribers: 0 });
      }),
      { numRuns: 300 },
    );
  });
});
