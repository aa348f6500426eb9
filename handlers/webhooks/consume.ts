import type { DeliveryKey } from '../../core/ports.ts';
import type { Deliverer, Halt } from './deliver.ts';
import { deliverOut } from './deliver-out.ts';
import type { FanOut } from './fan-out.ts';
import { inTurns } from './in-turns.ts';
import { type Look, lookMessage, parseQueueMessage, type QueueRequest } from './queue-message.ts';
import { wakeEach } from './wake-each.ts';

export interface ConsumerOptions {
  readonly fanOut: FanOut;
  readonly deliverer: Deliverer;
  /** Puts messages into this same queue; durable when it resolves. */
  readonly send: (messages: readonly { readonly body: string; readonly delaySeconds: number }[]) => Promise<void>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Deliveries at the same time; each may hold a socket for 15 s, and a Lambda has 1,024 descriptors. @default 500 */
  readonly width?: number;
}

/** What became of one message. */
export type Consumed =
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'poison'; readonly reason: string };

/** Takes a batch of message bodies; one outcome for each, in order. Never rejects. */
export type Consumer = (bodies: readonly string[], halt?: Halt) => Promise<readonly Consumed[]>;

/** A delivery to be made, or a look to be sent on, and the messages that asked for it. */
interface Job {
  readonly key: DeliveryKey;
  /** Not due before; null: deliver now. */
  readonly later: Look | null;
  readonly messages: number[];
}

/**
 * The queue that wakes the webhook sender. A message of it is only a reason to look: what is owed stands in the delivery
 * cursors, so messages may come twice, late and in any order. A message is done when all deliveries it woke are, or
 * have another message that will look at them; should that be lost, the cursor is still due, and the reconciler finds it.
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { fanOut, deliverer, send, clock, width = 500 } = options;

  async function run({ key, later }: Job, halt: Halt): Promise<void> {
    const look = later ?? (await deliverOut(deliverer, key, halt));
    if (look) await send([lookMessage(look, clock())]);
  }

  return async (bodies, halt = {}) => {
    const requests = bodies.map(parseQueueMessage);
    const outcomes = requests.map(
      (request): Consumed =>
        request.type === 'unknown' ? { type: 'poison', reason: request.reason } : { type: 'done' },
    );
    const jobs = new Map<string, Job>();
    function ask(key: DeliveryKey, later: Look | null, message: number): void {
      const name = JSON.stringify([key.endpointId, key.workflow, key.id, later?.dueAt]);
      const job = jobs.get(name);
      if (job) job.messages.push(message);
      else jobs.set(name, { key, later, messages: [message] });
    }

    const committed = committedOf(requests);
    const woken = await wakeEach(
      fanOut,
      committed.map(({ update }) => update),
    );
    for (const [at, { message }] of committed.entries()) {
      const outcome = woken[at];
      if (outcome?.type === 'woken') for (const key of outcome.keys) ask(key, null, message);
      else outcomes[message] = { type: 'failed', error: outcome?.error };
    }
    for (const [message, request] of requests.entries()) {
      if (request.type !== 'look') continue;
      const { key, dueAt } = request.look;
      // Before its time it is only sent on, and the cursor left alone.
      ask(key, dueAt !== null && dueAt > clock() ? request.look : null, message);
    }
    await inTurns(
      [...jobs.values()],
      ({ key }) => key.endpointId,
      width,
      async (job) => {
        try {
          await run(job, halt);
        } catch (error) {
          for (const message of job.messages) outcomes[message] = { type: 'failed', error };
        }
      },
    );
    return outcomes;
  };
}

function committedOf(requests: readonly QueueRequest[]) {
  return requests.flatMap((request, message) =>
    request.type === 'committed' ? [{ update: request.update, message }] : [],
  );
}
