import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { type DomainName, type HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface HttpApiStageProps {
  readonly api: HttpApi;
  readonly logRetention: RetentionDays;
  readonly domain: DomainName | null;
}

/** The API's only stage: its limits, its name, and a log of requests that holds no query, header or token. */
export class HttpApiStage extends Construct {
  constructor(scope: Construct, id: string, { api, logRetention, domain }: HttpApiStageProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      // Half of an account's default rate (API Gateway quotas), so that a storm here leaves the other APIs theirs.
      throttle: { rateLimit: 5_000, burstLimit: 2_500 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: AccessLogField.contextRequestId(),
            at: AccessLogField.contextRequestTimeEpoch(),
            ip: AccessLogField.contextIdentitySourceIp(),
            method: AccessLogField.contextHttpMethod(),
            path: AccessLogField.contextPath(),
            status: AccessLogField.contextStatus(),
            bytes: AccessLogField.contextResponseLength(),
            latencyMs: AccessLogField.contextResponseLatency(),
            lambdaError: AccessLogField.contextIntegrationErrorMessage(),
          }),
        ),
      },
      ...(domain ? { domainMapping: { domainName: domain } } : {}),
    });
  }
}
