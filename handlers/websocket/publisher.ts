import type { GraphQLSchema } from 'graphql';
import type { Update } from '../../core/contract.ts';
import type { Audience, Connections, Posted, Sockets, Subscription } from '../../core/ports.ts';
import { withoutOutput } from '../fanout/fit-update.ts';
import { createGate } from './gate.ts';
import { websocketLimits } from './limits.ts';
import { createRenderings, type Render } from './rendering.ts';

export interface SocketPublisherOptions {
  readonly connections: Connections;
  readonly sockets: Sockets;
  readonly schema: GraphQLSchema;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told what went wrong inside. */
  readonly report: (error: unknown) => void;
  /** Told how many updates did not reach a subscription: clients find them in the log. */
  readonly onFailed: (count: number) => void;
  /** Sockets posted to at a time. @default 64 */
  readonly width?: number;
}

/**
 * Hands updates to whoever subscribed over API Gateway. Updates of one execution ascend. Never rejects (S17). After
 * `signal` nothing more is begun, and what is left counts as failed.
 */
export type SocketPublisher = (updates: readonly Update[], signal?: AbortSignal) => Promise<void>;

/** Audiences looked up at a time. */
const lookups = 16;
/** How long a socket that took nothing is passed over, and how many are remembered. */
const restMs = 5_000;
const remembered = 1_000;
/** For id and type around the payload. */
const payloadBytes = websocketLimits.messageBytes - 1_024;

/**
 * A hint with data: what cannot be delivered is counted and left to the clients, who read the log. Each subscription gets
 * its updates one after the other; no dead or slow socket holds up another.
 */
export function createSocketPublisher(options: SocketPublisherOptions): SocketPublisher {
  const { connections, sockets, now, report, onFailed, width = 64 } = options;
  const renderings = createRenderings(options.schema, payloadBytes);
  /** Sockets that would keep each call waiting for them, and until when they are left alone. */
  const resting = new Map<string, number>();

  function rest(connectionId: string): void {
    resting.set(connectionId, now() + restMs);
    if (resting.size > remembered) for (const oldest of [...resting.keys()].slice(0, 1)) resting.delete(oldest);
  }

  function isResting(connectionId: string): boolean {
    const until = resting.get(connectionId);
    if (until === undefined) return false;
    const left = until - now();
    // Longer than any rests: the clock was set back.
    if (left > 0 && left <= restMs) return true;
    resting.delete(connectionId);
    return false;
  }

  return async (updates, signal) => {
    const rendering = renderings();
    const posting = createGate(width);
    const looking = createGate(lookups);
    /** Of no use any more, in this call. */
    const lost = new Set<string>();
    /** One for each, so that its rendering is made once too. */
    const bares = new Map<Update, Update>();
    let failed = 0;

    /** Ends a connection, once, whatever else is under way on it. */
    async function forget(connectionId: string, isOpen: boolean): Promise<void> {
      if (lost.has(connectionId)) return;
      lost.add(connectionId);
      if (isOpen) await sockets.close(connectionId);
      await connections.remove(connectionId);
    }

    function bare(update: Update): Update {
      const made = bares.get(update) ?? withoutOutput(update);
      bares.set(update, made);
      return made;
    }

    async function deliver(subscription: Subscription, wanted: readonly Update[]): Promise<void> {
      const { connectionId, expiresAt } = subscription;
      // S30: nothing goes to a token that has expired. Without a rendering the client has to subscribe anew.
      const render = expiresAt !== null && expiresAt <= now() ? null : rendering(subscription);
      if (!render) return forget(connectionId, true);
      for (const [index, update] of wanted.entries()) {
        if (lost.has(connectionId)) return;
        if (signal?.aborted || isResting(connectionId)) {
          failed += wanted.length - index;
          return;
        }
        const posted = await post(subscription, update, render);
        if (posted === 'gone') return forget(connectionId, false);
        if (posted === 'too-large') failed += 1;
        if (posted === 'failed') {
          rest(connectionId);
          failed += wanted.length - index;
          return;
        }
      }
    }

    /** A fault counts as an update that did not reach this one; others have their own rendering. */
    function rendered(update: Update, render: Render): string | null {
      try {
        return render(update);
      } catch (error) {
        report(error);
        return null;
      }
    }

    async function post({ connectionId, operationId }: Subscription, update: Update, render: Render): Promise<Posted> {
      const send = async (candidate: Update): Promise<Posted> => {
        const payload = rendered(candidate, render);
        if (payload === null) return 'too-large';
        return sockets.post(connectionId, `{"id":${JSON.stringify(operationId)},"type":"next","payload":${payload}}`);
      };
      const posted = await send(update);
      // API Gateway may find it too large where we did not.
      if (posted !== 'too-large' || update.output === null) return posted;
      return send(bare(update));
    }

    async function publishTo(audience: Audience, wanted: readonly Update[]): Promise<void> {
      const posts: Promise<void>[] = [];
      for await (const page of connections.audience(audience, now())) {
        for (const subscription of page) {
          const leave = await posting();
          posts.push(deliver(subscription, wanted).catch(report).finally(leave));
        }
      }
      await Promise.all(posts);
    }

    await Promise.all(
      [...audiencesOf(updates)].map(async ([name, wanted]) => {
        const leave = await looking();
        try {
          await publishTo(name, wanted);
        } catch (error) {
          failed += wanted.length;
          report(error);
        } finally {
          leave();
        }
      }),
    );
    if (failed > 0) onFailed(failed);
  };
}

/** Whom the updates concern: those of each execution, and those of its whole workflow. */
function audiencesOf(updates: readonly Update[]): Map<Audience, readonly Update[]> {
  const nameOf = ({ tenant, workflow }: Update, id: string | null) => JSON.stringify([tenant, workflow, id]);
  const groups = [
    ...Map.groupBy(updates, (update) => nameOf(update, update.id)),
    ...Map.groupBy(updates, (update) => nameOf(update, null)),
  ];
  return new Map(
    groups.map(([name, wanted]) => {
      const [tenant = '', workflow = '', id = null] = JSON.parse(name) as [string, string, string | null];
      return [{ tenant, workflow, id }, wanted];
    }),
  );
}
