import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiKeyRecord } from '../../core/access.ts';
import type { DeadLetter } from '../../core/ports.ts';
import type { Endpoint } from '../../core/webhook.ts';
import type { OpenedPorts, OpenPorts } from './opened.ts';

const letterOf = (n: number): DeadLetter => ({
  id: `01JD${n}`,
  at: n,
  reason: `reason ${n}`,
  source: 'events',
  key: n % 2 === 0 ? null : { workflow: 'orders', id: `order-${n}` },
  body: '{"a":1}',
});

const keyOf = (id: string, tenant: string, createdAt: number): ApiKeyRecord => ({
  id,
  secretHash: 'ab'.repeat(32),
  tenant,
  scopes: ['read', 'start'],
  createdAt,
  label: `key ${id}`,
});

const endpointOf = (id: string, tenant: string): Endpoint => ({
  id,
  tenant,
  url: 'https://example.com/hook',
  filter: { workflows: ['orders'], kinds: ['status'] },
  secret: 'whsec_AAAA',
  createdAt: 1,
  description: '',
});

/** The small ports: bindings, dead letters, keys, endpoints. */
export function registersSuite(name: string, open: OpenPorts): void {
  describe(`Bindings, dead letters, keys and endpoints on ${name}`, () => {
    let ports: OpenedPorts;
    beforeEach(async () => {
      ports = await open();
    });
    afterEach(() => ports.close());

    it('S1: a workflow name keeps the first ARN, of many at once', async () => {
      const arns = Array.from({ length: 10 }, (_, n) => `arn:${n}`);
      const answers = await Promise.all(arns.map((arn) => ports.bindings.bind('orders', arn)));
      expect(new Set(answers).size).toBe(1);
      expect(await ports.bindings.bind('orders', 'arn:later')).toBe(answers[0]);
      expect(await ports.bindings.bind('returns', 'arn:later')).toBe('arn:later');
    });

    it('S1: bindings are found, listed by page, and can be undone', async () => {
      const names = ['c', 'a', 'ü', 'a#b'];
      for (const name of names) await ports.bindings.bind(name, `arn:${name}`);
      expect(await ports.bindings.find('a#b')).toBe('arn:a#b');
      expect(await ports.bindings.find('none')).toBeNull();
      const first = await ports.bindings.list(null, 3);
      const rest = await ports.bindings.list(first.next, 3);
      expect([first.bindings.length, rest.bindings.length, rest.next]).toEqual([3, 1, null]);
      const listed = [...first.bindings, ...rest.bindings].sort((a, b) => (a.workflow < b.workflow ? -1 : 1));
      expect(listed).toEqual([...names].sort().map((workflow) => ({ workflow, machineArn: `arn:${workflow}` })));
      expect([await ports.bindings.unbind('a#b'), await ports.bindings.unbind('a#b')]).toEqual([true, false]);
      expect(await ports.bindings.find('a#b')).toBeNull();
      expect((await ports.bindings.list(null, 3)).next).toBeNull();
      expect(await ports.bindings.bind('a#b', 'arn:later')).toBe('arn:later');
    });

    it('G10: dead letters are listed newest first, by page, and can be taken out', async () => {
      await ports.deadLetters.add([letterOf(2), letterOf(1)]);
      await ports.deadLetters.add([letterOf(3)]);
      await ports.deadLetters.add([]);
      const first = await ports.deadLetters.list(null, 2);
      expect(first.letters).toEqual([letterOf(3), letterOf(2)]);
      expect(await ports.deadLetters.list(first.next, 2)).toEqual({ letters: [letterOf(1)], next: null });
      expect(await ports.deadLetters.get('01JD1')).toEqual(letterOf(1));
      await ports.deadLetters.remove('01JD1');
      expect(await ports.deadLetters.get('01JD1')).toBeNull();
      expect((await ports.deadLetters.list(null, 2)).next).toBeNull();
    });

    it('G10: a dead letter added again is still one', async () => {
      await ports.deadLetters.add([letterOf(1)]);
      await ports.deadLetters.add([letterOf(1), letterOf(2), letterOf(2)]);
      expect((await ports.deadLetters.list(null, 10)).letters).toEqual([letterOf(2), letterOf(1)]);
    });

    it('S28: keys are found by id, listed by tenant or all, replaced and removed', async () => {
      const [a, b, c] = [keyOf('a', 't1', 3), keyOf('b', 't1', 1), keyOf('c', 't2', 2)];
      for (const key of [a, b, c]) await ports.keys.put(key);
      expect(await ports.keys.find('a')).toEqual(a);
      expect(await ports.keys.find('none')).toBeNull();
      expect(await ports.keys.list('t1')).toEqual([b, a]);
      expect(await ports.keys.list(null)).toEqual([b, c, a]);
      await ports.keys.put({ ...a, tenant: 't2' });
      expect(await ports.keys.list('t1')).toEqual([b]);
      expect([await ports.keys.remove('b'), await ports.keys.remove('b')]).toEqual([true, false]);
      expect(await ports.keys.find('b')).toBeNull();
    });

    it('G9: an endpoint is its tenant’s alone', async () => {
      await ports.endpoints.put(endpointOf('ep_1', 't1'));
      expect(await ports.endpoints.get('t1', 'ep_1')).toEqual(endpointOf('ep_1', 't1'));
      expect(await ports.endpoints.get('t2', 'ep_1')).toBeNull();
      expect(await ports.endpoints.list('t2')).toEqual([]);
      expect(await ports.endpoints.remove('t2', 'ep_1')).toBe(false);
      expect(await ports.endpoints.remove('t1', 'ep_1')).toBe(true);
      expect(await ports.endpoints.list('t1')).toEqual([]);
    });

    it('S31: of answers the endpoints of all tenants asked for, as acknowledged', async () => {
      for (const [id, tenant] of [
        ['ep_1', 't1'],
        ['ep_2', 't2'],
        ['ep_3', 't3'],
        ['ep_4', 't1'],
      ] as const) {
        await ports.endpoints.put(endpointOf(id, tenant));
      }
      const ids = async (tenants: string[]) => (await ports.endpoints.of(tenants)).map(({ id }) => id).sort();
      expect(await ids(['t1', 't3', 't1'])).toEqual(['ep_1', 'ep_3', 'ep_4']);
      expect(await ids([])).toEqual([]);
      await ports.endpoints.put({ ...endpointOf('ep_2', 't2'), description: 'changed' });
      expect(await ports.endpoints.of(['t2'])).toEqual([{ ...endpointOf('ep_2', 't2'), description: 'changed' }]);
    });
  });
}
