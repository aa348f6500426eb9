import { describe, expect, it } from 'vitest';
import { table as shape } from '../../aws/dynamodb/table.ts';
import { lambdas } from '../../infra/bundle/lambdas.ts';
import { type Resource, synth, whole } from './support/synth.ts';

const { resources, find, template, outputs } = synth(whole);
const only = (type: string, part = ''): Resource => {
  const found = find(type, part);
  expect(found.map(([id]) => id)).toHaveLength(1);
  return found[0]?.[1] as Resource;
};
const idOf = (type: string, part = ''): string => find(type, part)[0]?.[0] ?? '';

describe('the table', () => {
  const { Properties, DeletionPolicy } = only('AWS::DynamoDB::Table');

  it('has the shape that the ports want: keys, indexes with what they project, TTL, stream', () => {
    const key = (partition: string, sort: string) => [
      { AttributeName: partition, KeyType: 'HASH' },
      { AttributeName: sort, KeyType: 'RANGE' },
    ];
    expect(Properties).toMatchObject({
      KeySchema: key(shape.partitionKey, shape.sortKey),
      TimeToLiveSpecification: { AttributeName: shape.timeToLiveAttribute, Enabled: true },
      StreamSpecification: { StreamViewType: shape.streamViewType },
      BillingMode: 'PAY_PER_REQUEST',
    });
    expect(Properties.GlobalSecondaryIndexes).toEqual(
      shape.indexes.map(({ name, partitionKey, sortKey, projected }) => ({
        IndexName: name,
        KeySchema: key(partitionKey, sortKey),
        Projection:
          projected.length === 0
            ? { ProjectionType: 'KEYS_ONLY' }
            : { ProjectionType: 'INCLUDE', NonKeyAttributes: projected },
      })),
    );
  });

  it('is encrypted, can be brought back to any second, and is kept and protected by default', () => {
    expect(Properties).toMatchObject({
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
    expect(DeletionPolicy).toBe('Retain');
  });
});

describe('the queues', () => {
  const queues = find('AWS::SQS::Queue');

  it('are encrypted and refuse plain HTTP', () => {
    expect(queues).toHaveLength(8);
    for (const [id, { Properties }] of queues) expect(Properties.SqsManagedSseEnabled, id).toBe(true);
    const refused = find('AWS::SQS::QueuePolicy').flatMap(([, { Properties }]) =>
      JSON.stringify(Properties).includes('{"aws:SecureTransport":"false"}') ? (Properties.Queues as unknown[]) : [],
    );
    expect(refused.map((queue) => JSON.stringify(queue)).sort()).toEqual(
      queues.map(([id]) => JSON.stringify({ Ref: id })).sort(),
    );
  });

  it.each([
    ['IngestQueue', 30],
    ['StartQueue', 30],
    ['WebhookQueue', 120],
  ])('%s: five receives, then its own dead-letter queue; hidden for six times the Lambda’s time', (name, seconds) => {
    const [id, queue] = queues.find(([each]) => new RegExp(`^Status${name}[0-9A-F]{8}$`).test(each)) ?? ['', null];
    const redrive = queue?.Properties.RedrivePolicy as { readonly deadLetterTargetArn: { 'Fn::GetAtt': [string] } };
    expect(redrive).toMatchObject({ maxReceiveCount: 5 });
    expect(redrive.deadLetterTargetArn['Fn::GetAtt'][0]).toContain(`Status${name}DeadLetters`);
    expect(queue?.Properties.VisibilityTimeout).toBe(seconds * 6);
    const arn = JSON.stringify({ 'Fn::GetAtt': [id, 'Arn'] });
    const [, source] = find('AWS::Lambda::EventSourceMapping').find(
      ([, { Properties }]) => JSON.stringify(Properties.EventSourceArn) === arn,
    ) ?? ['', null];
    expect(source?.Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
    const { Ref: consumer } = (source?.Properties.FunctionName ?? {}) as { readonly Ref?: string };
    expect(resources.get(consumer ?? '')?.Properties.Timeout).toBe(seconds);
  });

  it('of dead letters keep them for two weeks, and each has an alarm at the first message', () => {
    const letters = queues.filter(([, { Properties }]) => Properties.RedrivePolicy === undefined);
    expect(letters).toHaveLength(5);
    const watched = find('AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) =>
      Properties.MetricName === 'ApproximateNumberOfMessagesVisible' &&
      Properties.Threshold === 1 &&
      Properties.ComparisonOperator === 'GreaterThanOrEqualToThreshold'
        ? JSON.stringify(Properties.Dimensions)
        : [],
    );
    for (const [id, { Properties }] of letters) {
      expect(Properties.MessageRetentionPeriod, id).toBe(14 * 86_400);
      expect(watched.join()).toContain(`"${id}","QueueName"`);
    }
  });
});

describe('the sources', () => {
  it('status changes of these machines, and progress of their executions, go into the ingest queue', () => {
    const patterns = find('AWS::Events::Rule').flatMap(([, { Properties }]) => Properties.EventPattern ?? []);
    const machineArn = { Ref: idOf('AWS::StepFunctions::StateMachine') };
    // Whoever may put events on the bus writes progress, so the rules name whose events they take.
    const here = { account: [{ Ref: 'AWS::AccountId' }], region: [{ Ref: 'AWS::Region' }] };
    expect(patterns).toHaveLength(3);
    expect(patterns[0]).toEqual({
      ...here,
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: { stateMachineArn: [machineArn] },
    });
    for (const [n, place] of [
      [1, 'resources'],
      [2, 'detail'],
    ] as const) {
      expect(patterns[n]).toMatchObject({ ...here, 'detail-type': ['Statuswire Progress'] });
      expect(JSON.stringify((patterns[n] as Record<string, unknown>)[place])).toMatch(/"prefix":.*:execution:orders:/);
    }
  });

  it('events that the queue does not take lie with the other dead letters', () => {
    const targets = find('AWS::Events::Rule').flatMap(([, { Properties }]) =>
      Properties.EventPattern
        ? (Properties.Targets as { readonly Arn: unknown; readonly DeadLetterConfig?: unknown }[])
        : [],
    );
    expect(targets).toHaveLength(3);
    for (const { Arn, DeadLetterConfig } of targets) {
      expect(JSON.stringify(Arn)).toMatch(/IngestQueue/);
      expect(JSON.stringify(DeadLetterConfig)).toMatch(/IngestQueueDeadLetters/);
    }
  });

  it('history comes straight from the log group: what becomes facts, and no more', () => {
    expect(only('AWS::Logs::SubscriptionFilter').Properties.FilterPattern).toBe(
      '{ ($.type = "*StateEntered") || ($.type = "*StateExited") || ($.type = "*StateAborted") || ($.type = "Execution*") }',
    );
    expect(only('AWS::Lambda::EventInvokeConfig', 'Ingest').Properties).toMatchObject({
      MaximumRetryAttempts: 2,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringContaining('HistoryLetters'), 'Arn'] } },
      },
    });
  });
});

describe('the fan-out', () => {
  it('S36: follows the heads alone; what fails comes again, halved, and is put aside in the end', () => {
    expect(only('AWS::Lambda::EventSourceMapping', 'FanOut').Properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"Keys":{"sk":{"S":["head"]}}}}' }] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 30,
      MaximumRecordAgeInSeconds: 21_600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringContaining('Missed'), 'Arn'] } } },
    });
  });

  it('the topic is encrypted, refuses plain HTTP, and feeds the webhooks’ queue raw', () => {
    expect(JSON.stringify(only('AWS::SNS::Topic').Properties.KmsMasterKeyId)).toContain('alias/aws/sns');
    expect(JSON.stringify(only('AWS::SNS::TopicPolicy').Properties)).toContain('"aws:SecureTransport":"false"');
    expect(only('AWS::SNS::Subscription').Properties).toMatchObject({
      Protocol: 'sqs',
      RawMessageDelivery: true,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [expect.stringContaining('WebhookQueueDeadLetters'), 'Arn'] },
      },
    });
  });
});

describe('the Lambdas', () => {
  const functions = find('AWS::Lambda::Function');

  it('are all there, alike: nodejs24.x, arm64, traced, with a log group of their own that forgets', () => {
    expect(functions).toHaveLength(lambdas.length);
    const groups = functions.map(([id, { Properties }]) => {
      expect(Properties, id).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        TracingConfig: { Mode: 'Active' },
      });
      return (Properties.LoggingConfig as { readonly LogGroup: { readonly Ref: string } }).LogGroup.Ref;
    });
    expect(new Set(groups).size).toBe(functions.length);
    for (const [id, { Properties }] of find('AWS::Logs::LogGroup', 'Status')) {
      expect(Properties.RetentionInDays, id).toBe(30);
    }
  });

  it('need no custom resource, no VPC and no managed policy', () => {
    expect(
      [...resources.values()].filter(({ Type }) => /^(Custom::|AWS::CloudFormation::|AWS::EC2::)/.test(Type)),
    ).toEqual([]);
    expect(JSON.stringify(template.toJSON())).not.toContain('ManagedPolicyArns');
    for (const [id, { Properties }] of functions) expect(Properties.VpcConfig, id).toBeUndefined();
  });

  it('no secret stands in a variable: only where it is', () => {
    expect(JSON.stringify(functions)).not.toMatch(/resolve:secretsmanager/);
    const api = only('AWS::Lambda::Function', 'HttpLambda').Properties.Environment as { readonly Variables: object };
    expect(api.Variables).toMatchObject({ STATUSWIRE_KEY_SECRET: { Ref: expect.stringContaining('FirstKey') } });
  });
});

describe('the secrets', () => {
  it('S28: the first key’s parts have the form of a key, and tokens are signed with enough', () => {
    const [key, tokens] = find('AWS::SecretsManager::Secret').map(
      ([, { Properties }]) => Properties.GenerateSecretString as Readonly<Record<string, unknown>>,
    );
    expect(key).toMatchObject({
      ...{ SecretStringTemplate: '{"id":"first"}', GenerateStringKey: 'secret', PasswordLength: 64 },
      ExcludePunctuation: true,
    });
    expect(tokens).toMatchObject({ SecretStringTemplate: '{}', GenerateStringKey: 'secret', PasswordLength: 64 });
  });
});

describe('the outputs', () => {
  it('name what a client, a server and an operator need', () => {
    expect(Object.keys(outputs).sort()).toEqual(
      ['Url', 'SocketUrl', 'GraphqlUrl', 'TopicArn', 'FirstKeySecret', 'TableName', 'Workflows']
        .map((name) => `Status${name}`)
        .sort(),
    );
    expect(outputs.StatusWorkflows?.Value).toBe('orders: status and states');
  });
});
