import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { type Base, optional } from './base.ts';
import { LambdaFunction } from './lambda-function.ts';
import { manageConnections, readSecrets } from './permissions.ts';

export interface SocketApiProps {
  readonly base: Base;
  readonly origins: readonly string[];
}

/** graphql-transport-ws over API Gateway. */
export class SocketApi extends Construct {
  readonly function: LambdaFunction;
  readonly api: WebSocketApi;
  /** Where clients connect to: `wss://…`. */
  readonly url: string;
  /** Where connections are posted to: `https://…`. */
  readonly managementUrl: string;
  readonly stageArn: string;

  constructor(scope: Construct, id: string, { base, origins }: SocketApiProps) {
    super(scope, id);
    const { settings, store, secrets, environment, verifying } = base;
    this.api = new WebSocketApi(this, 'Api', { description: 'Statuswire: graphql-transport-ws' });
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: 'live',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      // Half of an account's default rate (aws-facts §7), so that a storm here leaves the other APIs theirs.
      throttle: { rateLimit: 5_000, burstLimit: 2_500 },
    });
    this.url = stage.url;
    this.managementUrl = stage.callbackUrl;
    this.stageArn = Stack.of(this).formatArn({
      service: 'execute-api',
      resource: this.api.apiId,
      resourceName: stage.stageName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    this.function = new LambdaFunction(this, 'Lambda', {
      settings,
      name: 'websocket',
      description: 'Statuswire: speaks graphql-transport-ws',
      timeout: Duration.seconds(25),
      environment: {
        ...environment,
        managementUrl: this.managementUrl,
        ...verifying,
        ...optional('origins', origins.join(' ')),
      },
      permissions: [
        ...store.allow(['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query']),
        readSecrets(secrets.firstKey, secrets.tokens),
        manageConnections(this.stageArn, 'POST', 'DELETE'),
      ],
    });
    const route = (routeKey: string) =>
      this.api.addRoute(routeKey, {
        integration: new WebSocketLambdaIntegration(`${routeKey.slice(1)}Integration`, this.function.lambda),
        // What $default returns is no answer to the client: the Lambda posts its messages.
      });
    for (const key of ['$connect', '$default', '$disconnect']) {
      Validations.of(route(key)).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'The credential comes in connection_init, as the protocol has it (S29); the Lambda verifies it.',
      });
    }
    Validations.of(stage).acknowledge({
      id: 'AwsSolutions-APIG1',
      reason:
        'Access logs of WebSocket APIs need a role that is one for the whole account; the Lambda logs connections.',
    });
  }
}
