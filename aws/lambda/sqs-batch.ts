import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Queue } from '../sqs/queue.ts';
import type { Telemetry } from './telemetry.ts';

export type SqsMessage = Pick<SQSRecord, 'messageId' | 'body' | 'attributes'>;

/** What became of one message. */
export type Taken =
  | { readonly type: 'done' }
  /** Passing trouble: it comes again. */
  | { readonly type: 'failed'; readonly error: unknown }
  /** It will never be taken, however often it comes. */
  | { readonly type: 'poison'; readonly reason: string };

export const done: Taken = { type: 'done' };

export interface SqsBatchOptions {
  /** One outcome for each message, in order. Where it rejects, all of them have failed. */
  readonly take: (messages: readonly SqsMessage[]) => Promise<readonly Taken[]>;
  /** Where poison goes, with its reason. */
  readonly deadLetters: Queue;
  readonly telemetry: Pick<Telemetry, 'warn' | 'error' | 'measure'>;
  /** The queue's `maxReceiveCount`. @default 5 */
  readonly maxReceives?: number;
}

/**
 * Takes a batch of a queue and answers which messages are to come again (`ReportBatchItemFailures`). A message that
 * fails on its last receive goes to the dead-letter queue from here, because only here its reason is known; the queue's
 * own redrive policy stays behind it, for what ends the process and for what the dead-letter queue does not take now.
 */
export function createSqsBatch({ take, deadLetters, telemetry, maxReceives = 5 }: SqsBatchOptions) {
  async function takeAll(messages: readonly SqsMessage[]): Promise<readonly Taken[]> {
    try {
      return await take(messages);
    } catch (error) {
      return messages.map(() => ({ type: 'failed', error }));
    }
  }

  /** Answers whether it is put aside. */
  async function bury({ messageId, body }: SqsMessage, reason: string): Promise<boolean> {
    try {
      await deadLetters.send([{ body, reason }]);
    } catch (error) {
      telemetry.error('a poison message could not be put aside; it comes again', { messageId, reason, error });
      return false;
    }
    telemetry.error('a message was put into the dead-letter queue', { messageId, reason });
    telemetry.measure('DeadLetters', 1);
    return true;
  }

  /** Answers whether the queue may forget the message. */
  async function settle(message: SqsMessage, taken: Taken | undefined): Promise<boolean> {
    if (taken?.type === 'done') return true;
    if (taken?.type === 'poison') return bury(message, taken.reason);
    const error = taken?.error ?? new Error('nothing is known of what became of it');
    const receives = Number(message.attributes.ApproximateReceiveCount);
    if (receives >= maxReceives) return bury(message, reasonOf(error));
    telemetry.warn('a message failed; it comes again', { messageId: message.messageId, receives, error });
    return false;
  }

  return async ({ Records }: Pick<SQSEvent, 'Records'>): Promise<SQSBatchResponse> => {
    const outcomes = await takeAll(Records);
    const settled = await Promise.all(Records.map((message, index) => settle(message, outcomes[index])));
    return {
      batchItemFailures: Records.flatMap(({ messageId }, index) =>
        settled[index] ? [] : [{ itemIdentifier: messageId }],
      ),
    };
  };
}

/** For messages that have nothing to do with one another: each is taken alone, all at once. */
export function takeEach(take: (message: SqsMessage) => Promise<Taken>): SqsBatchOptions['take'] {
  return (messages) =>
    Promise.all(
      messages.map(async (message): Promise<Taken> => {
        try {
          return await take(message);
        } catch (error) {
          return { type: 'failed', error };
        }
      }),
    );
}

/** An error in one line, with what lies behind it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message.startsWith(error.name) ? error.message : `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own} (${reasonOf(error.cause)})`;
}
