import type { Audience, Connection, Connections, Subscription } from '../../core/ports.ts';

/** Subscriptions of a page. */
const pageSize = 100;

/** The port in this process's memory, for tests that want no database; the suite holds it to the same promises. */
export function memoryConnections(): Connections {
  const connections = new Map<string, Connection>();
  const subscriptions = new Map<string, Subscription>();
  const completed = new Map<string, number>();
  const keyOf = (connectionId: string, operationId: string): string => JSON.stringify([connectionId, operationId]);
  const nameOf = ({ tenant, workflow, id }: Audience): string => JSON.stringify([tenant, workflow, id]);
  const of = (connectionId: string) => [...subscriptions.values()].filter((each) => each.connectionId === connectionId);

  return {
    async open(connection) {
      if (connections.has(connection.id)) return false;
      connections.set(connection.id, connection);
      return true;
    },
    find: async (connectionId) => connections.get(connectionId) ?? null,
    async subscribe(subscription, limit, now) {
      const { connectionId, operationId } = subscription;
      const key = keyOf(connectionId, operationId);
      if (subscriptions.has(key)) return 'taken';
      const until = completed.get(key) ?? 0;
      completed.delete(key);
      if (until > now) return 'completed';
      if (!connections.has(connectionId)) return 'gone';
      if (of(connectionId).length >= limit) return 'full';
      subscriptions.set(key, subscription);
      return 'subscribed';
    },
    async complete(connectionId, operationId, rememberUntil) {
      const key = keyOf(connectionId, operationId);
      if (!subscriptions.delete(key)) completed.set(key, rememberUntil);
    },
    async remove(connectionId) {
      connections.delete(connectionId);
      for (const { operationId } of of(connectionId)) subscriptions.delete(keyOf(connectionId, operationId));
    },
    async *audience(audience, now) {
      const name = nameOf(audience);
      const all = [...subscriptions.values()].filter((each) => each.endsAt > now && nameOf(each.audience) === name);
      for (let at = 0; at < all.length; at += pageSize) yield all.slice(at, at + pageSize);
    },
    expired: async (now, limit) =>
      [...connections.values()]
        .flatMap(({ id, caller }) => (caller.type === 'token' ? [{ id, at: caller.expiresAt }] : []))
        .filter(({ at }) => at <= now)
        .sort((a, b) => a.at - b.at)
        .slice(0, limit)
        .map(({ id }) => id),
  };
}
