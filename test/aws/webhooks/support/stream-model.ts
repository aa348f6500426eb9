import type { SNSClient } from '@aws-sdk/client-sns';
import { createTopicPublisher } from '../../../../aws/sns/publish.ts';
import type { Update } from '../../../../core/contract.ts';
import type { OnCommitted } from '../../../../core/ports.ts';
import { createStreamAnswer } from '../../../../handlers/fanout/answer-stream.ts';
import { createStreamListener } from '../../../../handlers/fanout/stream-listener.ts';
import { takeBatch, type World } from './queue-model.ts';

/** One commit, as a record of the table's stream. */
interface Commit {
  readonly sequenceNumber: string;
  readonly updates: readonly Update[];
}

interface SnsEntry {
  readonly Id: string;
  readonly Message: string;
}

/** Reads records one by one, as the table's reader does with what it groups. */
async function fanOut(records: readonly Commit[], listener: OnCommitted) {
  for (const { sequenceNumber, updates } of records) {
    try {
      await listener(updates);
    } catch (error) {
      return { type: 'failed', unanswered: sequenceNumber, error } as const;
    }
  }
  return { type: 'done' } as const;
}

/**
 * A stream of one shard, followed by the real listener: a batch comes again from the record that the answer names, or as
 * a whole where the answer is lost. `deliver` is what the topic does with a message that it took.
 */
export function createStreamModel(world: World, deliver: (message: string) => void) {
  const commits: Commit[] = [];
  let at = 0;
  const send = async ({ input }: { readonly input: { readonly PublishBatchRequestEntries: readonly SnsEntry[] } }) =>
    takeBatch(world, input.PublishBatchRequestEntries, ({ Message }) => deliver(Message));
  const answer = createStreamAnswer<Commit>({
    fanOut,
    listener: createStreamListener({
      publish: createTopicPublisher({
        client: { send } as unknown as Pick<SNSClient, 'send'>,
        topicArn: 'arn',
        retry: { attempts: 2, sleep: async () => {} },
      }),
      queueStarts: async () => {},
      hints: [async () => Promise.reject(new Error('a hint is never waited for'))],
      onFannedOut: () => {},
    }),
    onFailed: () => {},
  });

  return {
    commit: (updates: readonly Update[]) => void commits.push({ sequenceNumber: String(commits.length), updates }),
    isDrained: () => at === commits.length,
    async invoke(): Promise<void> {
      const Records = commits.slice(at, at + 1 + Math.floor(world.random() * 20));
      if (Records.length === 0) return;
      const { batchItemFailures } = await answer({ Records });
      if (world.random() < world.faults.answerLost) return;
      const [failure] = batchItemFailures;
      at = failure ? Number(failure.itemIdentifier) : at + Records.length;
    },
  };
}
