import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBRecord } from 'aws-lambda';
import { createAppsyncPublisher } from '../../aws/appsync/publisher.ts';
import { createSigner, environmentCredentials } from '../../aws/appsync/sign.ts';
import { clientDefaults } from '../../aws/lambda/client-defaults.ts';
import { layGround } from '../../aws/lambda/ground.ts';
import { createHandler } from '../../aws/lambda/handler.ts';
import { createTopicPublisher } from '../../aws/sns/publish.ts';
import { createManagementClient } from '../../aws/sockets/client.ts';
import { createSockets } from '../../aws/sockets/sockets.ts';
import { createQueue } from '../../aws/sqs/queue.ts';
import sdl from '../../schema.graphql';
import { createSchema } from '../graphql/schema.ts';
import { createSocketPublisher } from '../websocket/publisher.ts';
import { createStreamAnswer } from './answer-stream.ts';
import { createBoundedHint, type PublishHint } from './bounded-hint.ts';
import { createStreamListener } from './stream-listener.ts';

const { environment, telemetry, ports, now } = layGround('fanout');

function pushesFailed(channel: string, count: number, reason: string): void {
  telemetry.measure('PushesFailed', count, channel);
  telemetry.warn('updates were not pushed; readers find them in the log', { channel, count, reason });
}

/** A channel that is switched on, kept from holding up the others. */
function hint(channel: string, url: string | null, open: (url: string) => PublishHint) {
  if (url === null) return [];
  return [
    createBoundedHint({
      publish: open(url),
      now,
      onSkipped: (count) => pushesFailed(channel, count, 'the channel rests after a call that took too long'),
      onError: (error) => telemetry.error('a channel failed inside', { channel, error }),
    }),
  ];
}

function appsync(url: string): PublishHint {
  const region = process.env.AWS_REGION ?? '';
  const sign = createSigner({ region, credentials: () => environmentCredentials(process.env), now });
  return createAppsyncPublisher({ url, sign, onFailed: (...what) => pushesFailed('appsync', ...what) });
}

function sockets(url: string): PublishHint {
  const report = (error: unknown) => telemetry.warn('a socket could not be reached', { error });
  return createSocketPublisher({
    connections: ports.connections,
    sockets: createSockets({ client: createManagementClient(url), report }),
    schema: createSchema(sdl),
    now,
    report: (error) => telemetry.error('a subscription could not be served', { error }),
    onFailed: (count) => pushesFailed('sockets', count, 'posts to sockets failed'),
  });
}

const starts = createQueue(new SQSClient({ ...clientDefaults }), environment.text('startQueue'));

const answer = createStreamAnswer<DynamoDBRecord>({
  fanOut: ports.fanOut,
  listener: createStreamListener({
    publish: createTopicPublisher({
      client: new SNSClient({ ...clientDefaults }),
      topicArn: environment.text('topic'),
    }),
    queueStarts: (keys) => starts.send(keys.map((key) => ({ body: JSON.stringify(key) }))),
    hints: [
      ...hint('appsync', environment.optional('graphqlUrl'), appsync),
      ...hint('sockets', environment.optional('managementUrl'), sockets),
    ],
    onFannedOut(updates) {
      telemetry.measure('UpdatesFannedOut', updates.length);
      const oldest = Math.min(...updates.map(({ recordedAt }) => Date.parse(recordedAt)));
      telemetry.measure('FanOutLagMs', Math.max(0, now() - oldest));
    },
  }),
  onFailed: (error) => telemetry.error('a batch of the stream comes again', { error }),
});

/** Follows the stream of the table's heads. */
export const handler = createHandler(telemetry, answer);
