import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { CfnGraphQLApi } from 'aws-cdk-lib/aws-appsync';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type OidcConfig, oidcVariable } from '../../core/oidc.ts';
import { AppsyncFields } from './appsync-fields.ts';
import { AppsyncLogs } from './appsync-logs.ts';
import type { Base } from './base.ts';
import { LambdaFunction } from './lambda-function.ts';
import { readSecrets } from './permissions.ts';

export interface AppsyncApiProps {
  readonly base: Base;
}

/**
 * GraphQL over AppSync (docs/decisions/appsync-resolvers.md): subscriptions, and queries that a Lambda answers. Of plain
 * resources, because the construct of CDK's own sets its log's retention by a Lambda that may do so to every log.
 */
export class AppsyncApi extends Construct {
  readonly api: CfnGraphQLApi;
  readonly authorize: LambdaFunction;
  readonly query: LambdaFunction;
  /** `https://…/graphql` */
  readonly url: string;
  readonly arn: string;

  constructor(scope: Construct, id: string, { base }: AppsyncApiProps) {
    super(scope, id);
    const { settings, store, secrets, environment, verifying, oidc } = base;
    this.authorize = new LambdaFunction(this, 'Authorize', {
      settings,
      name: 'authorize',
      description: 'Statuswire: says to AppSync who is asking',
      // AppSync waits 10 s for its authorizer.
      timeout: Duration.seconds(10),
      environment: {
        ...environment,
        ...verifying,
      },
      permissions: [...store.allow(['GetItem']), readSecrets(secrets.firstKey, secrets.tokens)],
    });
    this.query = new LambdaFunction(this, 'Query', {
      settings,
      name: 'graphql',
      description: 'Statuswire: answers queries of AppSync',
      // AppSync waits 30 s for a resolver.
      timeout: Duration.seconds(25),
      environment,
      permissions: store.allow(['BatchGetItem', 'GetItem', 'Query']),
    });
    const logs = new AppsyncLogs(this, 'Logs');
    const { schema, schemaWithOidc, resolvers, tokenExpression } = settings.assets.appsync;
    this.api = this.makeApi(logs.role.roleArn, tokenExpression, oidc);
    this.url = this.api.attrGraphQlUrl;
    this.arn = this.api.attrArn;
    logs.keep(this.api.attrApiId, settings.logRetention);
    new CfnPermission(this, 'MayAuthorize', {
      action: 'lambda:InvokeFunction',
      functionName: this.authorize.lambda.functionArn,
      principal: 'appsync.amazonaws.com',
      sourceArn: this.arn,
    });
    new AppsyncFields(this, 'Fields', {
      apiId: this.api.attrApiId,
      assets: { schema: oidc ? schemaWithOidc : schema, resolvers },
      query: this.query.lambda,
    });
  }

  private makeApi(logsRoleArn: string, identityValidationExpression: string, oidc: OidcConfig | null): CfnGraphQLApi {
    const api = new CfnGraphQLApi(this, 'Api', {
      name: `${Stack.of(this).stackName}-statuswire`,
      authenticationType: 'AWS_LAMBDA',
      lambdaAuthorizerConfig: {
        authorizerUri: this.authorize.lambda.functionArn,
        identityValidationExpression,
        // For an answer that does not say how long it counts; ours always does.
        authorizerResultTtlInSeconds: 0,
      },
      additionalAuthenticationProviders: [
        // The publisher.
        { authenticationType: 'AWS_IAM' },
        // Without a clientId: the resolvers check the audience to the letter, and no page says which claims AppSync looks at.
        ...(oidc
          ? [{ authenticationType: 'OPENID_CONNECT', openIdConnectConfig: { issuer: oidc.issuer } } as const]
          : []),
      ],
      // Resolvers read it, and without it take nobody's claims.
      ...(oidc && { environmentVariables: { [oidcVariable]: Stack.of(this).toJsonString(oidc) } }),
      // The deepest query of the contract: updates, update, error, name.
      queryDepthLimit: 5,
      xrayEnabled: true,
      logConfig: { cloudWatchLogsRoleArn: logsRoleArn, fieldLogLevel: 'ERROR', excludeVerboseContent: true },
    });
    Validations.of(api).acknowledge({
      id: 'AwsSolutions-ASC3',
      reason: 'Requests are logged; their content, which is tokens and updates, is left out on purpose.',
    });
    return api;
  }
}
