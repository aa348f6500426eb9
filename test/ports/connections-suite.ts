import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../core/access.ts';
import type { Audience, Connection, Connections, Subscription } from '../../core/ports.ts';

const start = Date.parse('2026-11-20T10:00:00.000Z');
const endsAt = start + 7_200_000;
const limit = 100;

const key: Caller = { type: 'key', keyId: 'k', tenant: 'default', scopes: ['read'] };
const tokenUntil = (expiresAt: number): Caller => ({
  type: 'token',
  tenant: 'default',
  grant: { type: 'workflow', workflow: 'orders' },
  expiresAt,
});

const connectionOf = (id: string, caller: Caller = key): Connection => ({ id, caller, endsAt });
const order1: Audience = { tenant: 'default', workflow: 'orders', id: 'order-1' };
const subscriptionOf = (connectionId: string, operationId: string, audience = order1): Subscription => ({
  connectionId,
  operationId,
  audience,
  request: { query: 'subscription { statusChanged(workflow: "orders") { seq } }', operationName: null, variables: {} },
  expiresAt: null,
  endsAt,
});

/** An engine with nothing stored, and how to leave it. */
export type OpenConnections = () => Promise<{
  readonly connections: Connections;
  close(): Promise<void>;
}>;

export function connectionsSuite(name: string, open: OpenConnections): void {
  describe(`Connections on ${name}`, () => {
    let connections: Connections;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ connections, close } = await open());
    });
    afterEach(() => close());

    const subscribe = (subscription: Subscription, max = limit, now = start) =>
      connections.subscribe(subscription, max, now);

    async function found(audience: Audience = order1, now = start): Promise<readonly string[]> {
      const names: string[] = [];
      for await (const page of connections.audience(audience, now)) {
        names.push(...page.map(({ connectionId, operationId }) => `${connectionId}/${operationId}`));
      }
      return names.sort();
    }

    it('S30: a connection is opened once, of many at once, and keeps its caller', async () => {
      const caller = tokenUntil(start + 1);
      const opened = await Promise.all(
        Array.from({ length: 10 }, () => connections.open(connectionOf('Zq1=', caller))),
      );
      expect(opened.filter(Boolean)).toHaveLength(1);
      expect(await connections.find('Zq1=')).toEqual(connectionOf('Zq1=', caller));
      expect(await connections.find('Zq2=')).toBeNull();
    });

    it('S17: a subscription that was answered is in its audience, whole, and in no other', async () => {
      await connections.open(connectionOf('a'));
      const awkward = { ...order1, id: 'o#1%\u{1F600}' };
      const whole: Subscription = {
        ...subscriptionOf('a', 'op#1', awkward),
        request: { query: `subscription { ${'x'.repeat(5_000)} }`, operationName: 'Q', variables: { a: { b: null } } },
        expiresAt: start + 5,
      };
      expect(await subscribe(whole)).toBe('subscribed');
      const pages: Subscription[] = [];
      for await (const page of connections.audience(awkward, start)) pages.push(...page);
      expect(pages).toEqual([whole]);
      for (const other of [
        order1,
        { ...awkward, id: null },
        { ...awkward, tenant: 'foreign' },
        { ...awkward, workflow: 'o' },
      ])
        expect(await found(other)).toEqual([]);
    });

    it('S17: those of a whole workflow are an audience of their own', async () => {
      await connections.open(connectionOf('a'));
      await subscribe(subscriptionOf('a', 'one'));
      await subscribe(subscriptionOf('a', 'all', { ...order1, id: null }));
      expect(await found()).toEqual(['a/one']);
      expect(await found({ ...order1, id: null })).toEqual(['a/all']);
    });

    it('an operation id is taken until it is completed, and is its connection’s alone', async () => {
      await connections.open(connectionOf('a'));
      await connections.open(connectionOf('b'));
      const answers = await Promise.all(Array.from({ length: 5 }, () => subscribe(subscriptionOf('a', '1'))));
      expect(answers.sort()).toEqual(['subscribed', 'taken', 'taken', 'taken', 'taken']);
      expect(await subscribe(subscriptionOf('b', '1'))).toBe('subscribed');
      await connections.complete('a', '1', start + 30_000);
      expect(await found()).toEqual(['b/1']);
      expect(await subscribe(subscriptionOf('a', '1'))).toBe('subscribed');
    });

    it('a complete that overtakes its subscribe wins, once, and not for ever', async () => {
      await connections.open(connectionOf('a'));
      await connections.complete('a', '1', start + 30_000);
      expect(await subscribe(subscriptionOf('a', '1'))).toBe('completed');
      expect(await subscribe(subscriptionOf('a', '1'))).toBe('subscribed');
      await connections.complete('a', '2', start + 30_000);
      expect(await subscribe(subscriptionOf('a', '2'), limit, start + 30_000)).toBe('subscribed');
      expect(await found()).toEqual(['a/1', 'a/2']);
    });

    it('a subscribe and its complete at once leave nothing behind', async () => {
      await connections.open(connectionOf('a'));
      for (let n = 0; n < 10; n++) {
        await Promise.all([subscribe(subscriptionOf('a', `${n}`)), connections.complete('a', `${n}`, start + 1_000)]);
      }
      expect(await found()).toEqual([]);
    });

    it('a connection has at most so many subscriptions, also of many that come at once', async () => {
      await connections.open(connectionOf('a'));
      for (const id of ['1', '2', '3']) expect(await subscribe(subscriptionOf('a', id), 3)).toBe('subscribed');
      expect(await subscribe(subscriptionOf('a', '4'), 3)).toBe('full');
      expect(await found()).toEqual(['a/1', 'a/2', 'a/3']);
      await connections.complete('a', '2', start);
      const many = Array.from({ length: 5 }, (_, n) => subscribe(subscriptionOf('a', `m${n}`), 3));
      const taken = (await Promise.all(many)).filter((answer) => answer === 'subscribed');
      expect(taken.length).toBeLessThanOrEqual(1);
      expect(await found()).toHaveLength(2 + taken.length);
    });

    it('a connection takes its subscriptions with it, those under way too', async () => {
      expect(await subscribe(subscriptionOf('a', 'early'))).toBe('gone');
      await connections.open(connectionOf('a'));
      await connections.open(connectionOf('b'));
      await subscribe(subscriptionOf('b', '1'));
      for (let n = 0; n < 30; n++) await subscribe(subscriptionOf('a', `${n}`));
      const racing = Array.from({ length: 10 }, (_, n) => subscribe(subscriptionOf('a', `r${n}`)));
      await Promise.all([connections.remove('a'), ...racing]);
      expect(await found()).toEqual(['b/1']);
      expect(await connections.find('a')).toBeNull();
      expect(await subscribe(subscriptionOf('a', 'late'))).toBe('gone');
      await connections.remove('a');
      expect(await found()).toEqual(['b/1']);
    });

    it('a wide audience is answered whole, by page', async () => {
      const sockets = Array.from({ length: 150 }, (_, n) => `c${n}`);
      const query = `subscription { ${'statusChanged '.repeat(20)} }`;
      await Promise.all(
        sockets.map(async (id) => {
          await connections.open(connectionOf(id));
          const subscription = subscriptionOf(id, '1');
          // Nothing that compresses, so that the items fill more than one page of 1 MB.
          const noise = Array.from({ length: 1_000 }, (_, n) => `${id}${Math.sin(n + id.length)}`).join('');
          await subscribe({ ...subscription, request: { ...subscription.request, query, variables: { noise } } });
        }),
      );
      let pages = 0;
      for await (const page of connections.audience(order1, start)) pages += page.length > 0 ? 1 : 0;
      expect(pages).toBeGreaterThan(1);
      expect(await found()).toHaveLength(150);
    });

    it('what has ended is in no audience, removed or not', async () => {
      await connections.open(connectionOf('a'));
      await subscribe(subscriptionOf('a', '1'));
      expect(await found(order1, endsAt - 1)).toEqual(['a/1']);
      expect(await found(order1, endsAt)).toEqual([]);
    });

    it('S30: connections whose token has expired are listed, longest ago first', async () => {
      for (const [id, at] of [
        ['b', 20],
        ['a', 10],
        ['c', 30],
      ] as const)
        await connections.open(connectionOf(id, tokenUntil(start + at)));
      await connections.open(connectionOf('key'));
      expect(await connections.expired(start + 9, 10)).toEqual([]);
      expect(await connections.expired(start + 20, 10)).toEqual(['a', 'b']);
      expect(await connections.expired(start + 30, 1)).toEqual(['a']);
      await connections.remove('a');
      expect(await connections.expired(start + 30, 10)).toEqual(['b', 'c']);
    });
  });
}
