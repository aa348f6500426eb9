import { PublishBatchCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Update } from '../../core/contract.ts';
import { fitUpdate } from '../../handlers/fanout/fit-update.ts';
import { answeredFailures } from '../batches/answered-failures.ts';
import { attributeValues, messageBytes, messageJson, type TextAttributes } from '../batches/attributes.ts';
import { type BatchRetry, sendInBatches } from '../batches/send-in-batches.ts';

/** Amazon SNS API reference, PublishBatch: 10 entries; 256 KiB for a message, attributes included, and for the batch. */
const limits = { entries: 10, bytes: 262_144 };

export interface TopicPublisherOptions {
  /** Made by `createTopicClient`. */
  readonly client: Pick<SNSClient, 'send'>;
  readonly topicArn: string;
  readonly retry?: BatchRetry;
}

interface Entry {
  readonly message: string;
  readonly attributes: TextAttributes;
}

/**
 * Publishes every update to a standard topic, in order, ten a request; resolves when the topic has all of them. Rejects
 * otherwise, and some may have been published: publish all again. The message is the update's JSON; the attributes are
 * for subscribers' filter policies. SNS does not sign attributes, so nobody should believe in what stands only there.
 */
export function createTopicPublisher({ client, topicArn, retry = {} }: TopicPublisherOptions) {
  async function send(entries: readonly Entry[]) {
    const command = new PublishBatchCommand({
      TopicArn: topicArn,
      PublishBatchRequestEntries: entries.map(({ message, attributes }, index) => ({
        Id: String(index),
        Message: message,
        MessageAttributes: attributeValues(attributes),
      })),
    });
    const { Failed } = await client.send(command);
    return answeredFailures(Failed);
  }

  return (updates: readonly Update[]): Promise<void> =>
    sendInBatches(updates.map(entryOf), {
      limits,
      bytesOf: ({ message, attributes }) => messageBytes(message, attributes),
      send,
      retry,
    });
}

function entryOf(update: Update): Entry {
  const { tenant, workflow, status, kind, done } = update;
  const attributes = { tenant, workflow, status, kind, done: String(done) };
  const fits = (candidate: Update) => messageBytes(messageJson(candidate), attributes) <= limits.bytes;
  return { message: messageJson(fitUpdate(update, fits)), attributes };
}
