import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type Architecture, Function as Lambda, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Variable, variables } from '../../aws/lambda/variables.ts';
import { handlerName, type LambdaName } from '../bundle/lambdas.ts';
import type { Assets } from './assets.ts';
import type { Permission } from './permissions.ts';
import { serviceRole } from './service-role.ts';

/** What all Lambdas have in common. */
export interface LambdaSettings {
  readonly assets: Assets;
  readonly architecture: Architecture;
  readonly logRetention: RetentionDays;
  readonly reservedConcurrency: Readonly<Partial<Record<LambdaName, number>>>;
}

export interface LambdaFunctionProps {
  readonly settings: LambdaSettings;
  readonly name: LambdaName;
  readonly description: string;
  readonly timeout: Duration;
  /** MB; processor time grows with it, and is what a cold start needs. @default 512 */
  readonly memory?: number;
  readonly environment: Readonly<Partial<Record<Variable, string>>>;
  /** All that its role may do, besides writing its log and its traces. */
  readonly permissions: readonly Permission[];
}

/** What every Lambda's role may do besides. */
export const writeTraces: Permission = {
  actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  resources: ['*'],
  wildcard: 'X-Ray has no resources: both take "*" only.',
};

/** Writing into a log group that is there; its ARN ends in `:*`, for the streams. */
export const writeLogs = (logGroup: LogGroup): Permission => ({
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [logGroup.logGroupArn],
});

/** A Lambda with a role and a log group of its own. */
export class LambdaFunction extends Construct {
  readonly lambda: Lambda;
  readonly name: LambdaName;

  constructor(scope: Construct, id: string, props: LambdaFunctionProps) {
    super(scope, id);
    const { settings, name, description, timeout, memory = 512, environment, permissions } = props;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = serviceRole(this, 'Role', 'lambda.amazonaws.com', [writeLogs(logGroup), writeTraces, ...permissions]);
    const reserved = settings.reservedConcurrency[name];
    this.name = name;
    this.lambda = new Lambda(this, 'Function', {
      description,
      runtime: Runtime.NODEJS_24_X,
      architecture: settings.architecture,
      handler: handlerName,
      code: settings.assets.lambda(name),
      role: role.withoutPolicyUpdates(),
      logGroup,
      timeout,
      memorySize: memory,
      tracing: Tracing.ACTIVE,
      environment: Object.fromEntries(
        Object.entries(environment).map(([variable, value]) => [variables[variable as Variable], value]),
      ),
      ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }),
    });
  }
}
