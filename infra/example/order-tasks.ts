import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as Lambda, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

const names = ['ProcessPayment', 'CheckInventory', 'InitiateShipping'] as const;

export interface OrderTasksProps {
  /** `index.mjs` with an export for each task. */
  readonly code: Code;
}

/** The three functions of the order workflow. */
export class OrderTasks extends Construct {
  readonly functions: readonly Lambda[];
  readonly #byName: ReadonlyMap<string, Lambda>;

  constructor(scope: Construct, id: string, { code }: OrderTasksProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const defaultBus = Stack.of(this).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        task: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [logGroup.logGroupArn],
            }),
            new PolicyStatement({ actions: ['events:PutEvents'], resources: [defaultBus] }),
          ],
        }),
      },
    });
    Validations.of(role).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason: 'X-Ray has no resources.' });
    this.#byName = new Map(
      names.map((name) => [
        name,
        new Lambda(this, name, {
          runtime: Runtime.NODEJS_24_X,
          architecture: Architecture.ARM_64,
          handler: `index.${name}`,
          code,
          role,
          logGroup,
          tracing: Tracing.ACTIVE,
          timeout: Duration.seconds(30),
          memorySize: 256,
        }),
      ]),
    );
    this.functions = [...this.#byName.values()];
  }

  /** @throws Error when there is none of that name. */
  arn(name: string): string {
    const found = this.#byName.get(name);
    if (!found) throw new Error(`There is no task ${name}.`);
    return found.functionArn;
  }
}
