import { Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { StatusNotifications, type StatusNotificationsProps, type WorkflowProps } from '../lib/index.ts';
import { deployedDefinition } from './deployed-definition.ts';
import { OrderTasks } from './order-tasks.ts';

export interface OrdersStackProps extends StackProps {
  /** `examples/orders/orders.asl.json` */
  readonly definition: Readonly<Record<string, unknown>>;
  /** `examples/orders/statuswire.json` */
  readonly projection: Pick<WorkflowProps, 'tenant' | 'tenantPath' | 'expose' | 'exposeCause'>;
  /** `examples/orders/lambda.ts`, bundled. */
  readonly tasks: Code;
  /** Whatever is to differ from what the example has. */
  readonly status?: Partial<StatusNotificationsProps>;
}

/** The order workflow of `examples/orders`, and its status. All of it goes when the stack is destroyed: it is an example. */
export class OrdersStack extends Stack {
  readonly status: StatusNotifications;
  readonly stateMachine: StateMachine;
  readonly history: LogGroup;

  constructor(scope: Construct, id: string, props: OrdersStackProps) {
    super(scope, id, props);
    const { definition, projection, status = {} } = props;
    const tasks = new OrderTasks(this, 'Tasks', { code: props.tasks });
    this.history = new LogGroup(this, 'History', {
      // Under this prefix log groups share one resource policy (Step Functions, "Logging using CloudWatch Logs").
      logGroupName: `/aws/vendedlogs/states/${this.stackName}-orders`,
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stateMachine = new StateMachine(this, 'Orders', {
      stateMachineName: 'orders',
      definitionBody: DefinitionBody.fromString(
        this.toJsonString(deployedDefinition(definition, (name) => tasks.arn(name))),
      ),
      timeout: Duration.hours(1),
      logs: { destination: this.history, level: LogLevel.ALL, includeExecutionData: true },
      tracingEnabled: true,
    });
    this.stateMachine.addToRolePolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: tasks.functions.map(({ functionArn }) => functionArn),
      }),
    );
    Validations.of(this.stateMachine).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'The delivery of history logs and X-Ray have no resources.',
    });
    this.status = new StatusNotifications(this, 'Status', {
      workflows: { orders: { stateMachine: this.stateMachine, logGroup: this.history, definition, ...projection } },
      removalPolicy: RemovalPolicy.DESTROY,
      ...status,
    });
  }
}
