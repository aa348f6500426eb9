import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { StatusNotifications } from './status-notifications.ts';
import type { Workflow } from './workflows.ts';

export interface OutputsProps {
  readonly status: Pick<StatusNotifications, 'url' | 'socketUrl' | 'graphqlUrl' | 'topic' | 'firstKey' | 'table'>;
  readonly workflows: readonly Workflow[];
  readonly domainTarget: string | null;
}

/** What somebody needs after a deployment. Nothing secret. */
export class Outputs extends Construct {
  constructor(scope: Construct, id: string, { status, workflows, domainTarget }: OutputsProps) {
    super(scope, id);
    const add = (name: string, value: string | null, description: string): void => {
      if (value === null) return;
      // A name to write into a script: `StatusUrl`, without the hash that CDK would add.
      const path = scope.node.path.split('/').slice(Stack.of(this).node.path.split('/').length);
      new CfnOutput(this, name, { value, description }).overrideLogicalId(
        `${path.join('')}${name}`.replace(/[^0-9A-Za-z]/g, ''),
      );
    };
    add('Url', status.url, 'What createStatusClient({ url }) takes');
    add('SocketUrl', status.socketUrl, 'graphql-transport-ws');
    add('GraphqlUrl', status.graphqlUrl, 'AppSync');
    add('TopicArn', status.topic.topicArn, 'SNS topic of all updates');
    add('FirstKeySecret', status.firstKey.secretArn, 'Secret that holds the first API key');
    add('TableName', status.table.tableName, 'Table of the logs');
    add('DomainTarget', domainTarget, 'What the custom domain name has to lead to');
    const found = workflows.map(({ name, logGroup }) => `${name}: ${logGroup ? 'status and states' : 'status only'}`);
    add('Workflows', found.join('; '), 'What is shown of each workflow');
  }
}
