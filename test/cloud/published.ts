import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Update } from '../../core/contract.ts';
import type { Execution } from '../contract/deployment.ts';

/** What the fan-out has published to the topic, as a subscriber of the topic sees it. */
export interface Published {
  /** Resolves once this update of the execution's log was published, or a later one. */
  reached(execution: Execution, at: Pick<Update, 'epoch' | 'seq'>): Promise<void>;
  stop(): void;
}

type Position = Pick<Update, 'epoch' | 'seq'>;

const isBehind = (known: Position | undefined, { epoch, seq }: Position): boolean =>
  known === undefined || known.epoch < epoch || (known.epoch === epoch && known.seq < seq);

/** @param queueUrl of a queue that is subscribed to the topic */
export function followPublished(sqs: SQSClient, queueUrl: string): Published {
  const positions = new Map<string, Position>();
  const stopped = new AbortController();
  let waiting: { readonly isThere: () => boolean; readonly done: () => void }[] = [];
  const nameOf = ({ workflow, id }: Execution): string => JSON.stringify([workflow, id]);

  async function follow(): Promise<void> {
    // Never deleted: they are nobody else's, and go with the queue.
    const asked = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 10, VisibilityTimeout: 43_200 };
    while (!stopped.signal.aborted) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked), { abortSignal: stopped.signal });
      for (const { Body = '' } of Messages) {
        const update = JSON.parse(Body) as Update;
        if (isBehind(positions.get(nameOf(update)), update)) positions.set(nameOf(update), update);
      }
      for (const { isThere, done } of waiting) if (isThere()) done();
      waiting = waiting.filter(({ isThere }) => !isThere());
    }
  }
  follow().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });

  return {
    reached(execution, at) {
      const isThere = (): boolean => !isBehind(positions.get(nameOf(execution)), at);
      if (isThere()) return Promise.resolve();
      return new Promise((done) => {
        waiting.push({ isThere, done });
      });
    },
    stop: () => stopped.abort(),
  };
}
