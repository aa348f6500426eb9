import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { answeredFailures } from '../batches/answered-failures.ts';
import { attributeValues, messageBytes } from '../batches/attributes.ts';
import { type BatchRetry, sendInBatches } from '../batches/send-in-batches.ts';

export interface QueueMessage {
  readonly body: string;
  /** Whole seconds until it can be received, at most 900 (SQS). @default 0 */
  readonly delaySeconds?: number;
  /** Why it came here; the message attribute `reason`, cut to 1 KB. */
  readonly reason?: string;
}

/** A standard queue. */
export interface Queue {
  /** All are in the queue when it resolves. Rejects when one is not; some of the others may be. */
  send(messages: readonly QueueMessage[]): Promise<void>;
}

/**
 * Ten messages a request (SQS API reference, SendMessageBatch). SQS takes 1 MiB; a queue whose `MaximumMessageSize` was
 * set when that was 256 KiB takes this. A message that is larger by itself goes alone.
 */
const limits = { entries: 10, bytes: 262_144 };
const maxReasonBytes = 1_024;

/** @param client made with `clientDefaults` */
export function createQueue(client: Pick<SQSClient, 'send'>, url: string, retry: BatchRetry = {}): Queue {
  async function sendSome(messages: readonly QueueMessage[]) {
    const command = new SendMessageBatchCommand({
      QueueUrl: url,
      Entries: messages.map(({ body, delaySeconds, reason }, index) => ({
        Id: String(index),
        MessageBody: body,
        ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
        ...(reason === undefined ? {} : { MessageAttributes: attributeValues({ reason: shortened(reason) }) }),
      })),
    });
    const { Failed } = await client.send(command);
    return answeredFailures(Failed);
  }

  const bytesOf = ({ body, reason }: QueueMessage) =>
    messageBytes(body, reason === undefined ? {} : { reason: shortened(reason) });

  return { send: (messages) => sendInBatches(messages, { limits, bytesOf, send: sendSome, retry }) };
}

/** An attribute's value must not be empty. */
function shortened(reason: string): string {
  const text = reason || 'unknown';
  // A character that the cut splits becomes a replacement character of three bytes, hence the room.
  return Buffer.byteLength(text) <= maxReasonBytes
    ? text
    : Buffer.from(text)
        .subarray(0, maxReasonBytes - 3)
        .toString();
}
