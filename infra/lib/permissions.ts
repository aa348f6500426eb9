import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IndexName } from '../../aws/dynamodb/table.ts';
import type { Workflow } from './workflows.ts';

/** What a role may do, as data. docs/permissions.md has all of it. */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Why a `*` stands in the resources; none may without. */
  readonly wildcard?: string;
}

/** Actions of DynamoDB on items. A transaction is authorized by the actions of its parts. */
export type ItemAction =
  | 'BatchGetItem'
  | 'BatchWriteItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PutItem'
  | 'Query'
  | 'UpdateItem';

const of = (service: string, actions: readonly string[]): readonly string[] =>
  actions.map((action) => `${service}:${action}`);

const arnsOf = (queues: readonly IQueue[]): readonly string[] => queues.map(({ queueArn }) => queueArn);

/** These actions on the table, and queries on these of its indexes. */
export function onTable(
  tableArn: string,
  actions: readonly ItemAction[],
  indexes: readonly IndexName[] = [],
): readonly Permission[] {
  const queries = indexes.map((index) => `${tableArn}/index/${index}`);
  return [
    { actions: of('dynamodb', actions), resources: [tableArn] },
    ...(queries.length > 0 ? [{ actions: of('dynamodb', ['Query']), resources: queries }] : []),
  ];
}

/** What Lambda itself does in the role's name to read a table's stream. */
export function readStream(tableArn: string, streamArn: string): readonly Permission[] {
  return [
    { actions: of('dynamodb', ['DescribeStream', 'GetRecords', 'GetShardIterator']), resources: [streamArn] },
    {
      actions: of('dynamodb', ['ListStreams']),
      resources: [`${tableArn}/stream/*`],
      wildcard: 'ListStreams is about all streams of the table.',
    },
  ];
}

/** What Lambda itself does in the role's name to work on a queue. */
export const receiveFrom = (queue: IQueue): Permission => ({
  actions: of('sqs', ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']),
  resources: [queue.queueArn],
});

export const sendTo = (...queues: readonly IQueue[]): Permission => ({
  actions: of('sqs', ['SendMessage']),
  resources: arnsOf(queues),
});

export const readSecrets = (...secrets: readonly Secret[]): Permission => ({
  actions: of('secretsmanager', ['GetSecretValue']),
  resources: secrets.map(({ secretArn }) => secretArn),
});

/** Express workflows are left out: their starts are not idempotent (S5), and nobody can ask about their runs. */
const standard = (workflows: readonly Workflow[]): readonly Workflow[] => workflows.filter(({ express }) => !express);

/** Actions on the state machines themselves. */
export function onMachines(
  workflows: readonly Workflow[],
  ...actions: readonly ('StartExecution' | 'ListExecutions')[]
): readonly Permission[] {
  const resources = standard(workflows).map(({ machineArn }) => machineArn);
  return resources.length === 0 ? [] : [{ actions: of('states', actions), resources }];
}

/** Actions on their executions. */
export function onExecutions(
  workflows: readonly Workflow[],
  ...actions: readonly ('DescribeExecution' | 'RedriveExecution')[]
): readonly Permission[] {
  const resources = standard(workflows).map(({ executionPrefix }) => `${executionPrefix}*`);
  if (resources.length === 0) return [];
  const wildcard = 'Executions are named when they start.';
  return [{ actions: of('states', actions), resources, wildcard }];
}

export const publishTo = (topicArn: string): Permission => ({
  actions: of('sns', ['Publish']),
  resources: [topicArn],
});

/** Posts to the WebSocket API's connections, or ends them. */
export const manageConnections = (stageArn: string, ...methods: readonly ('POST' | 'DELETE')[]): Permission => ({
  actions: of('execute-api', ['ManageConnections']),
  resources: methods.map((method) => `${stageArn}/${method}/@connections/*`),
  wildcard: 'Connections are named when they open.',
});

export const publishByMutation = (apiArn: string): Permission => ({
  actions: of('appsync', ['GraphQL']),
  resources: [`${apiArn}/types/Mutation/fields/publishStatus`],
});
