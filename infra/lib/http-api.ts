import { Duration, Validations } from 'aws-cdk-lib';
import { DomainName, HttpApi, HttpRoute, HttpRouteKey } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { ARecord, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { type Addresses, type Base, optional, type Queues } from './base.ts';
import { HttpApiStage } from './http-api-stage.ts';
import { LambdaFunction } from './lambda-function.ts';
import { onExecutions, readSecrets } from './permissions.ts';
import type { CustomDomainProps } from './props.ts';

export interface StatusApiProps {
  readonly base: Base;
  readonly addresses: Addresses;
  readonly queues: Queues;
  readonly origins: readonly string[];
  readonly webhookAllow: readonly string[];
  readonly customDomain?: CustomDomainProps | undefined;
}

/** Polling, catch-up, starts, tokens, registration of webhooks: everything over HTTP, answered by one Lambda. */
export class StatusApi extends Construct {
  readonly function: LambdaFunction;
  readonly api: HttpApi;
  /** What a client's `url` takes; no slash at the end. */
  readonly url: string;
  /** What a custom name has to lead to; null without one. */
  readonly domainTarget: string | null;

  constructor(scope: Construct, id: string, props: StatusApiProps) {
    super(scope, id);
    const { base, addresses, customDomain, queues } = props;
    const { settings, store, secrets, workflows, environment, verifying, appending } = base;
    const domain = customDomain ? this.nameOf(customDomain) : null;
    this.domainTarget = domain?.regionalDomainName ?? null;
    this.api = new HttpApi(this, 'Api', {
      description: 'Statuswire',
      createDefaultStage: false,
      // One way in only: the name, and what is in front of it, cannot be gone around.
      disableExecuteApiEndpoint: domain !== null,
    });
    new HttpApiStage(this, 'Stage', { api: this.api, logRetention: settings.logRetention, domain });
    this.url = customDomain ? `https://${customDomain.domainName}` : this.api.apiEndpoint;
    this.function = new LambdaFunction(this, 'Lambda', {
      settings,
      name: 'api',
      description: 'Statuswire: answers HTTP requests',
      // API Gateway gives up after 30 s.
      timeout: Duration.seconds(29),
      // Somebody waits for a cold start here: more memory is more processor.
      memory: 1024,
      environment: {
        ...environment,
        ...appending,
        publicUrl: this.url,
        ...verifying,
        // Not to send there: it says that webhooks are delivered at all.
        ...optional('webhookQueue', queues.webhooks?.queue.queueUrl),
        ...optional('graphqlUrl', addresses.graphqlUrl),
        ...optional('socketUrl', addresses.socketUrl),
        ...optional('origins', props.origins.join(' ')),
        ...optional('webhookAllow', props.webhookAllow.join(' ')),
      },
      permissions: [
        ...store.allow(['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'], ['listed']),
        ...onExecutions(workflows, 'DescribeExecution', 'RedriveExecution'),
        readSecrets(secrets.firstKey, secrets.tokens),
      ],
    });
    const route = new HttpRoute(this, 'Route', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('Integration', this.function.lambda),
    });
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The Lambda verifies keys and tokens (S28, S29); discovery, health and the description are public.',
    });
  }

  private nameOf({ domainName, certificate, hostedZone }: CustomDomainProps): DomainName {
    const domain = new DomainName(this, 'Domain', { domainName, certificate });
    if (hostedZone) {
      const { regionalDomainName, regionalHostedZoneId } = domain;
      new ARecord(this, 'Record', {
        zone: hostedZone,
        recordName: domainName,
        target: RecordTarget.fromAlias(new ApiGatewayv2DomainProperties(regionalDomainName, regionalHostedZoneId)),
      });
    }
    return domain;
  }
}
