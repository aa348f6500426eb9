import { RemovalPolicy } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** The log of an AppSync API. The API wants the role first, and the log's name has the API's id in it. */
export class AppsyncLogs extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('appsync.amazonaws.com') });
  }

  /** Makes the log group under the name that AppSync writes to, and lets it. */
  keep(apiId: string, retention: RetentionDays): void {
    const logGroup = new LogGroup(this, 'Group', {
      logGroupName: `/aws/appsync/apis/${apiId}`,
      retention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new Policy(this, 'Write', {
      roles: [this.role],
      statements: [
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
        }),
      ],
    });
  }
}
