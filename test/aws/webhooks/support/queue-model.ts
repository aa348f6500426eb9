import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';

/** How the services of the model misbehave; each a probability. */
export interface Faults {
  /** A batch request fails as a whole, before anything of it was taken. */
  readonly refused: number;
  /** One entry of a batch that is answered 200 is not taken. */
  readonly entryFailed: number;
  /** Everything was taken, and the answer lost. */
  readonly answerLost: number;
  /** A message is there twice. */
  readonly twice: number;
}

/** The model's time, and its chance. */
export interface World {
  /** Epoch milliseconds. */
  now: number;
  readonly random: () => number;
  readonly faults: Faults;
}

interface Stored {
  readonly body: string;
  visibleAt: number;
  receives: number;
}

/** Milliseconds that a message is hidden once received. */
const visibilityMs = 90_000;

/** A standard queue as SQS promises it: at least once, in no order, hidden for a while once received. */
export function createQueueModel(world: World) {
  const stored = new Map<string, Stored>();
  let count = 0;

  function put(body: string, delayMs: number): void {
    const copies = world.random() < world.faults.twice ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      count += 1;
      stored.set(`m${count}`, { body, visibleAt: world.now + delayMs + world.random() * 2_000, receives: 0 });
    }
  }

  return {
    put,
    size: () => stored.size,
    /** When the next message can be received; null when there is none. */
    nextAt: () => (stored.size === 0 ? null : Math.min(...[...stored.values()].map(({ visibleAt }) => visibleAt))),
    /** What Lambda's poller would hand over: up to ten messages, in no order. */
    receive(): SQSEvent {
      const ready = [...stored].filter(([, { visibleAt }]) => visibleAt <= world.now);
      const chosen = ready.toSorted(() => world.random() - 0.5).slice(0, 10);
      const Records = chosen.map(([messageId, message]) => {
        message.receives += 1;
        message.visibleAt = world.now + visibilityMs;
        const attributes = { ApproximateReceiveCount: String(message.receives) };
        return { messageId, body: message.body, attributes } as SQSRecord;
      });
      return { Records };
    },
    forget(ids: readonly string[]): void {
      for (const id of ids) stored.delete(id);
    },
    client: {
      send: async ({ input: { Entries } }: { readonly input: { readonly Entries: readonly SqsEntry[] } }) =>
        takeBatch(world, Entries, ({ MessageBody, DelaySeconds = 0 }) => put(MessageBody, DelaySeconds * 1_000)),
    } as unknown as Pick<SQSClient, 'send'>,
  };
}

interface SqsEntry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
}

/** What a batch request of SQS or SNS does, with the faults of both. */
export function takeBatch<T extends { readonly Id: string }>(
  { random, faults }: World,
  entries: readonly T[],
  take: (entry: T) => void,
) {
  if (random() < faults.refused) throw new Error('injected: throttled');
  const failed = entries.filter(() => random() < faults.entryFailed);
  for (const entry of entries) if (!failed.includes(entry)) take(entry);
  if (random() < faults.answerLost) throw new Error('injected: the answer was lost');
  return { Failed: failed.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })) };
}
