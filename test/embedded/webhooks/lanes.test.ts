import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DeliveryKey } from '../../../core/ports.ts';
import { createLanes } from '../../../embedded/webhooks/lanes.ts';

const key = (endpointId: string, id: string): DeliveryKey => ({ endpointId, workflow: 'orders', id });
const nameOf = (taken: DeliveryKey | null) => taken && `${taken.endpointId}/${taken.id}`;

test('G8: endpoints are served in turn, each in order of arrival', () => {
  const lanes = createLanes({ perEndpoint: 8, maxWaiting: 10 });
  for (const id of ['1', '2', '3']) lanes.add(key('busy', id));
  lanes.add(key('calm', '1'));
  const taken = Array.from({ length: 5 }, () => nameOf(lanes.take()));
  expect(taken).toEqual(['busy/1', 'calm/1', 'busy/2', 'busy/3', null]);
});

test('G8: an endpoint has at most so many at once', () => {
  const lanes = createLanes({ perEndpoint: 2, maxWaiting: 10 });
  for (const id of ['1', '2', '3']) lanes.add(key('a', id));
  expect([lanes.take(), lanes.take(), lanes.take()].map(nameOf)).toEqual(['a/1', 'a/2', null]);
  lanes.done(key('a', '1'), false);
  expect(nameOf(lanes.take())).toBe('a/3');
});

test('an execution never runs twice at a time; woken meanwhile, it runs once more', () => {
  const lanes = createLanes({ perEndpoint: 8, maxWaiting: 10 });
  expect(lanes.add(key('a', '1'))).toBe(true);
  expect(lanes.add(key('a', '1'))).toBe(true);
  expect(nameOf(lanes.take())).toBe('a/1');
  expect(lanes.take()).toBeNull();
  lanes.add(key('a', '1'));
  expect(lanes.take()).toBeNull();
  lanes.done(key('a', '1'), false);
  expect(nameOf(lanes.take())).toBe('a/1');
  lanes.done(key('a', '1'), false);
  expect(lanes.take()).toBeNull();
  expect(lanes.size()).toBe(0);
});

test('a full lane takes no more, and others do', () => {
  const lanes = createLanes({ perEndpoint: 1, maxWaiting: 2 });
  expect(['1', '2', '3'].map((id) => lanes.add(key('a', id)))).toEqual([true, true, false]);
  expect(lanes.add(key('b', '1'))).toBe(true);
  expect(lanes.size()).toBe(3);
});

test('property: every added key comes out, never two of a name at once, never over the limit', () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('add' as const), endpoint: fc.constantFrom('a', 'b', 'c'), id: fc.nat(4) }),
    fc.record({ type: fc.constant('take' as const) }),
    fc.record({ type: fc.constant('done' as const), again: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lanes = createLanes({ perEndpoint: 2, maxWaiting: 100 });
      const owed = new Set<string | null>();
      const running: DeliveryKey[] = [];
      const take = () => {
        const taken = lanes.take();
        if (!taken) return false;
        expect(running.map(nameOf)).not.toContain(nameOf(taken));
        running.push(taken);
        owed.delete(nameOf(taken));
        const same = running.filter(({ endpointId }) => endpointId === taken.endpointId);
        expect(same.length).toBeLessThanOrEqual(2);
        return true;
      };
      const done = (again: boolean) => {
        const ended = running.shift();
        if (!ended) return false;
        if (again) owed.add(nameOf(ended));
        lanes.done(ended, again);
        return true;
      };
      for (const one of steps) {
        if (one.type === 'take') take();
        else if (one.type === 'done') done(one.again);
        else {
          lanes.add(key(one.endpoint, String(one.id)));
          owed.add(`${one.endpoint}/${one.id}`);
        }
      }
      while (take() || done(false));
      expect([...owed]).toEqual([]);
      expect(lanes.size()).toBe(0);
    }),
  );
});
