import { RemovalPolicy } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { describe, expect, it } from 'vitest';
import { machine, synth, whole } from './support/synth.ts';

const arn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:orders';
const here = { env: { region: 'eu-west-1', account: '111122223333' } };
const variablesOf = ([first]: ReturnType<ReturnType<typeof synth>['find']>): Readonly<Record<string, unknown>> =>
  (first?.[1].Properties.Environment as { readonly Variables: Readonly<Record<string, unknown>> } | undefined)
    ?.Variables ?? {};

describe('a channel that is off leaves nothing behind', () => {
  it('webhooks: no queue, no Lambda, no subscription', () => {
    const { find, resources } = synth((stack) => ({ ...whole(stack), channels: { webhooks: false } }));
    expect([...resources.keys()].filter((id) => id.startsWith('StatusWebhook'))).toEqual([]);
    expect(find('AWS::SNS::Subscription')).toEqual([]);
    expect(variablesOf(find('AWS::Lambda::Function', 'Reconciler'))).not.toHaveProperty('STATUSWIRE_WEBHOOK_QUEUE');
  });

  it('graphql-transport-ws: no WebSocket API, and nobody may post to one', () => {
    const { find, template, outputs } = synth((stack) => ({
      ...whole(stack),
      channels: { graphqlTransportWs: false },
    }));
    expect(JSON.stringify(template.toJSON())).not.toMatch(
      /WEBSOCKET|ManageConnections|STATUSWIRE_(MANAGEMENT|SOCKET)_URL/,
    );
    expect(find('AWS::Lambda::Function')).toHaveLength(8);
    expect(outputs).not.toHaveProperty('StatusSocketUrl');
  });

  it('appsync: no API, and nobody may publish to one', () => {
    const { find, template, outputs } = synth((stack) => ({ ...whole(stack), channels: { appsync: false } }));
    expect(JSON.stringify(template.toJSON())).not.toMatch(/AppSync|appsync:|STATUSWIRE_GRAPHQL_URL/);
    expect(find('AWS::Lambda::Function')).toHaveLength(7);
    expect(outputs).not.toHaveProperty('StatusGraphqlUrl');
  });
});

describe('workflows', () => {
  it('by ARN: it is what rules and roles name', () => {
    const { template } = synth(() => ({ workflows: { orders: { stateMachine: arn } } }), { stack: here });
    const detail = { stateMachineArn: [arn] };
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: Match.objectLike({ detail }) });
    expect(JSON.stringify(template.findResources('AWS::IAM::Role'))).toContain(
      JSON.stringify({ Action: 'states:StartExecution', Effect: 'Allow', Resource: arn }),
    );
  });

  it('without a log group: status only, and the construct says so', () => {
    const { find, outputs, annotations } = synth((stack) => ({
      workflows: {
        orders: { stateMachine: machine(stack, 'orders').stateMachine },
        parcels: machine(stack, 'parcels'),
      },
    }));
    expect(find('AWS::Logs::SubscriptionFilter')).toHaveLength(1);
    expect(outputs.StatusWorkflows?.Value).toBe('orders: status only; parcels: status and states');
    annotations().hasInfo('/Test/Status', Match.stringLikeRegexp('"orders": no logGroup'));
    annotations().hasNoInfo('/Test/Status', Match.stringLikeRegexp('parcels'));
  });

  it('that share a log group share its subscription filter: a group takes only two', () => {
    const { find } = synth((stack) => {
      const orders = machine(stack, 'orders');
      return { workflows: { orders, parcels: { ...machine(stack, 'parcels'), logGroup: orders.logGroup } } };
    });
    expect(find('AWS::Logs::SubscriptionFilter')).toHaveLength(1);
  });

  it('whose machine does not log everything: a warning', () => {
    const { annotations } = synth((stack) => ({
      workflows: { orders: machine(stack, 'orders', { level: LogLevel.ERROR }) },
    }));
    annotations().hasWarning('/Test/Status', Match.stringLikeRegexp('logs at level ERROR'));
  });

  it('S5: of type Express: no events, no starts, its own ARNs for progress, and a log group it cannot do without', () => {
    const options = { type: StateMachineType.EXPRESS };
    const { find, template } = synth((stack) => ({ workflows: { quick: machine(stack, 'quick', options) } }));
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toMatch(
      /aws\.states"\]|states:(StartExecution|DescribeExecution|ListExecutions|RedriveExecution)/,
    );
    expect(text).toContain(':express:quick:');
    expect(find('AWS::Logs::SubscriptionFilter')).toHaveLength(1);
    expect(() =>
      synth((stack) => ({ workflows: { quick: { stateMachine: machine(stack, 'quick', options).stateMachine } } })),
    ).toThrow('Workflow "quick": an Express workflow tells about itself in its log alone, so it needs a logGroup.');
  });

  it('eleven machines: two rules for their status, because a pattern has only 2,048 characters', () => {
    const names = Array.from({ length: 11 }, (_, n) => `machine-${n}`);
    const { template } = synth(() => ({
      workflows: Object.fromEntries(names.map((name) => [name, { stateMachine: arn.replace('orders', name) }])),
    }));
    const rules = Object.values(template.findResources('AWS::Events::Rule')).map(
      ({ Properties }) => Properties.EventPattern,
    );
    const named = rules.flatMap((pattern) => pattern?.detail?.stateMachineArn ?? []);
    expect(named).toEqual(names.map((name) => arn.replace('orders', name)));
    for (const pattern of rules) expect(JSON.stringify(pattern ?? {}).length).toBeLessThan(2_048 - 200);
    expect(rules.filter((pattern) => pattern?.source)).toHaveLength(2);
  });
});

describe('what cannot work is refused at synthesis, by name', () => {
  it('a machine under another name, or without one that is known', () => {
    expect(() => synth((stack) => ({ workflows: { parcels: machine(stack, 'orders') } }))).toThrow(
      'Workflow "parcels": the state machine\'s name is "orders"; put the workflow under that key.',
    );
    const definitionBody = DefinitionBody.fromString('{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}');
    expect(() =>
      synth((stack) => ({ workflows: { orders: { stateMachine: new StateMachine(stack, 'M', { definitionBody }) } } })),
    ).toThrow("give it one: stateMachineName: 'orders'");
  });

  it.each([
    [{ parcels: { stateMachine: arn } }, 'the ARN names the state machine "orders"'],
    [{ orders: { stateMachine: `${arn}:7` } }, 'without version or alias'],
    [{ orders: { stateMachine: 'orders' } }, '"orders" is no state machine\'s ARN'],
    [{ orders: { stateMachine: arn.replace('eu-west-1', 'us-east-1') } }, 'its events do not come here'],
    [{ orders: { stateMachine: arn.replace('111122223333', '444455556666') } }, 'its events do not come here'],
    [{ orders: { stateMachine: arn, tenant: 'a', tenantPath: '$.b' } }, 'not both'],
    [{ orders: { stateMachine: arn, definition: 'text' } }, 'the definition has no States'],
    [{ 'or ders': { stateMachine: arn } }, '1 to 80 letters'],
  ])('%j', (workflows, reason) => {
    expect(() => synth(() => ({ workflows }), { stack: here })).toThrow(reason);
  });

  it('no workflow, and a retention that a redrive may outlive (S4)', () => {
    expect(() => synth(() => ({ workflows: {} }))).toThrow('at least one workflow');
    expect(() => synth((stack) => ({ ...whole(stack), retentionDays: 14 }))).toThrow('at least 15 (S4)');
  });
});

describe('options', () => {
  it('reach the Lambdas that read them', () => {
    const { find, template } = synth((stack) => ({
      ...whole(stack),
      ...{ retentionDays: 60, generation: 2, since: new Date(1_780_000_000_000) },
      ...{ origins: ['https://a.example', 'https://b.example'], webhookAllow: ['10.0.0.0/8'] },
      ...{ maxConcurrency: { ingest: 50 }, reservedConcurrency: { api: 20 }, architecture: Architecture.X86_64 },
    }));
    const of = (part: string) => variablesOf(find('AWS::Lambda::Function', part));
    for (const part of ['Ingest', 'Intake', 'Http', 'Reconciler']) {
      expect(of(part)).toMatchObject({ STATUSWIRE_RETENTION_DAYS: '60', STATUSWIRE_GENERATION: '2' });
    }
    for (const part of ['FanOut', 'Webhooks', 'Sockets', 'AppsyncQuery']) {
      expect(of(part)).toMatchObject({ STATUSWIRE_GENERATION: '2' });
    }
    expect(of('Reconciler')).toMatchObject({ STATUSWIRE_SINCE: '1780000000000' });
    for (const part of ['Http', 'Sockets']) {
      expect(of(part)).toMatchObject({ STATUSWIRE_ORIGINS: 'https://a.example https://b.example' });
    }
    for (const part of ['Http', 'Webhooks']) expect(of(part)).toMatchObject({ STATUSWIRE_WEBHOOK_ALLOW: '10.0.0.0/8' });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { ScalingConfig: { MaximumConcurrency: 50 } });
    template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 20 });
    expect(
      find('AWS::Lambda::Function').every(([, { Properties }]) => String(Properties.Architectures) === 'x86_64'),
    ).toBe(true);
  });

  it('a custom domain is the only way in, and what clients are told', () => {
    const domainName = 'status.example.com';
    const { find, template, outputs } = synth((stack) => ({
      ...whole(stack),
      customDomain: {
        domainName,
        certificate: Certificate.fromCertificateArn(
          stack,
          'Certificate',
          'arn:aws:acm:eu-west-1:111122223333:certificate/c',
        ),
        hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' }),
      },
    }));
    expect(outputs.StatusUrl?.Value).toBe(`https://${domainName}`);
    expect(outputs).toHaveProperty('StatusDomainTarget');
    expect(variablesOf(find('AWS::Lambda::Function', 'Http'))).toMatchObject({
      STATUSWIRE_PUBLIC_URL: `https://${domainName}`,
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP', DisableExecuteApiEndpoint: true });
    template.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', { Stage: '$default' });
    template.hasResourceProperties('AWS::Route53::RecordSet', { Name: `${domainName}.`, Type: 'A' });
  });

  it('S36: a restored table is used instead of one of its own', () => {
    const streamArn = 'arn:aws:dynamodb:eu-west-1:111122223333:table/restored/stream/2026-11-20T10:00:00.000';
    const { find, template } = synth((stack) => ({
      ...whole(stack),
      ...{ restoredTable: { tableName: 'restored', streamArn }, generation: 1 },
    }));
    expect(find('AWS::DynamoDB::Table')).toEqual([]);
    expect(variablesOf(find('AWS::Lambda::Function', 'Http'))).toMatchObject({ STATUSWIRE_TABLE: 'restored' });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: streamArn });
  });

  it('what holds data goes when somebody says so; tags are everywhere', () => {
    const { find } = synth((stack) => ({
      ...whole(stack),
      ...{ removalPolicy: RemovalPolicy.DESTROY, tags: { team: 'shop' } },
    }));
    const kept = ['AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret'].flatMap((type) => find(type));
    expect(kept).toHaveLength(3);
    for (const [id, { DeletionPolicy, Properties }] of kept) {
      expect(DeletionPolicy, id).toBe('Delete');
      expect(Properties.Tags, id).toContainEqual({ Key: 'team', Value: 'shop' });
    }
    expect(kept[0]?.[1].Properties.DeletionProtectionEnabled).toBe(false);
  });

  it('alarms tell the topic, also when they are over', () => {
    const { find } = synth((stack) => ({ ...whole(stack), alarmsTopic: new Topic(stack, 'Alarms') }));
    for (const [id, { Properties }] of find('AWS::CloudWatch::Alarm')) {
      expect(Properties.AlarmActions, id).toEqual([{ Ref: expect.stringMatching(/^Alarms/) }]);
      expect(Properties.OKActions, id).toEqual(Properties.AlarmActions);
    }
  });
});

describe('subscriptions of the topic', () => {
  it('by mail and by queue, filtered by attributes', () => {
    const { template } = synth(whole, {
      after(status) {
        status.addEmailSubscription('ops@example.com', { statuses: ['FAILED', 'TIMED_OUT'], done: true });
        status.addQueueSubscription(new Queue(status, 'Mine'), { workflows: ['orders'], kinds: ['status'] });
      },
    });
    template.hasResourceProperties('AWS::SNS::Subscription', {
      ...{ Protocol: 'email', Endpoint: 'ops@example.com' },
      FilterPolicy: { status: ['FAILED', 'TIMED_OUT'], done: ['true'] },
    });
    template.hasResourceProperties('AWS::SNS::Subscription', {
      ...{ Protocol: 'sqs', RawMessageDelivery: true },
      FilterPolicy: { workflow: ['orders'], kind: ['status'] },
    });
  });
});

describe('S23: origins', () => {
  it('are brought to the spelling of browsers; what is known only at deployment is left alone', () => {
    const { find } = synth((stack) => ({
      ...whole(stack),
      origins: ['https://Shop.example/', `https://${stack.region}.example`],
    }));
    const said = JSON.stringify(find('AWS::Lambda::Function').map((one) => variablesOf([one]).STATUSWIRE_ORIGINS));
    expect(said).toContain('https://shop.example ');
    expect(said).not.toContain('Shop');
  });

  it.each(['example.com', 'ftp://x', 'https://shop.example/app'])(
    '%s is refused by the rule of the service',
    (origin) => {
      expect(() => synth((stack) => ({ ...whole(stack), origins: [origin] }))).toThrow(
        `origins cannot have "${origin}": `,
      );
    },
  );
});
