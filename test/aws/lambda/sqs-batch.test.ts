import { describe, expect, it } from 'vitest';
import { createSqsBatch, done, type SqsMessage, type Taken, takeEach } from '../../../aws/lambda/sqs-batch.ts';
import type { QueueMessage } from '../../../aws/sqs/queue.ts';
import { fakeTelemetry } from './support.ts';

const message = (messageId: string, receives = 1): SqsMessage => ({
  messageId,
  body: `body of ${messageId}`,
  attributes: {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: '0',
    SenderId: 'sender',
    ApproximateFirstReceiveTimestamp: '0',
  },
});

function bench(take: (messages: readonly SqsMessage[]) => Promise<readonly Taken[]>, down = false) {
  const buried: QueueMessage[] = [];
  const telemetry = fakeTelemetry();
  const deadLetters = {
    send: async (messages: readonly QueueMessage[]) => {
      if (down) throw new Error('the dead-letter queue is down');
      buried.push(...messages);
    },
  };
  const answer = createSqsBatch({ take, deadLetters, telemetry });
  const run = async (...records: SqsMessage[]) =>
    (await answer({ Records: records as never })).batchItemFailures.map((failure) => failure.itemIdentifier);
  return { run, buried, telemetry };
}

const failing = (...ids: string[]) =>
  takeEach(async ({ messageId }) => {
    if (ids.includes(messageId)) throw new Error('throttled', { cause: new RangeError('too fast') });
    return done;
  });

describe('a batch of a queue', () => {
  it('answers only the messages that failed, so that the others do not come again', async () => {
    const { run, buried } = bench(failing('b'));
    expect(await run(message('a'), message('b'), message('c'))).toEqual(['b']);
    expect(buried).toEqual([]);
  });

  it('reports all of them where the whole batch failed', async () => {
    const { run } = bench(() => Promise.reject(new Error('no table')));
    expect(await run(message('a'), message('b'))).toEqual(['a', 'b']);
  });

  it('reports a message of which nothing was said', async () => {
    const { run } = bench(async () => [done]);
    expect(await run(message('a'), message('b'))).toEqual(['b']);
  });

  it('puts what fails on its last receive into the dead-letter queue with the reason, and has it done with', async () => {
    const { run, buried, telemetry } = bench(failing('a', 'b'));
    expect(await run(message('a', 4), message('b', 5))).toEqual(['a']);
    expect(buried).toEqual([{ body: 'body of b', reason: 'Error: throttled (RangeError: too fast)' }]);
    expect(telemetry.measured).toEqual([['DeadLetters', 1]]);
  });

  it('does not wait for the last receive with what will never be taken', async () => {
    const { run, buried } = bench(takeEach(async () => ({ type: 'poison', reason: 'not JSON' })));
    expect(await run(message('a'))).toEqual([]);
    expect(buried).toEqual([{ body: 'body of a', reason: 'not JSON' }]);
  });

  it('loses nothing where the dead-letter queue does not take it: the message comes again', async () => {
    const { run } = bench(failing('a'), true);
    expect(await run(message('a', 5))).toEqual(['a']);
  });

  it('writes no body into the log', async () => {
    const { run, telemetry } = bench(failing('a', 'b'));
    await run(message('a'), message('b', 5));
    expect(telemetry.lines).toHaveLength(2);
    expect(JSON.stringify(telemetry.lines)).not.toContain('body of');
  });
});
