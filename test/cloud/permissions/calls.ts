/** One request to an AWS API, as IAM judges it. */
export interface Call {
  /** As in a policy: `dynamodb:PutItem`. */
  readonly action: string;
  /** The ARN that IAM compares with the policy's. */
  readonly resource: string;
}

export interface RecordedCall extends Call {
  /** Name of the function that made it. */
  readonly lambda: string;
}

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  /** By name in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Input = Readonly<Record<string, unknown>>;

const account = '000000000000';

/**
 * The actions and resources of a signed request, by AWS's service authorization reference; none for one that is not signed.
 * A service that nobody has taught it is named as it is, so that it cannot go unseen.
 */
export function callsOf({ method, path, headers, body }: SignedRequest): readonly Call[] {
  // AWS4-HMAC-SHA256 Credential=<key>/<day>/<region>/<service>/aws4_request
  const [, region, service] = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  if (!region || !service) return [];
  const arn = (resource: string, name = service): string => `arn:aws:${name}:${region}:${account}:${resource}`;
  const operation = headers['x-amz-target']?.split('.').at(-1) ?? '';
  if (service === 'execute-api') {
    // Which connection it is does not matter to policies.
    const [, api = '', stage = ''] = /\/_aws\/execute-api\/([^/]+)\/([^/]+)\/@connections\//.exec(path) ?? [];
    return [{ action: 'execute-api:ManageConnections', resource: arn(`${api}/${stage}/${method}/@connections/id`) }];
  }
  if (service === 'appsync') return [{ action: 'appsync:GraphQL', resource: arn(`${graphqlApi(path)}${field(body)}`) }];
  if (service === 'sns') {
    const form = new URLSearchParams(body);
    return [{ action: `sns:${ofBatch(form.get('Action') ?? operation)}`, resource: form.get('TopicArn') ?? '' }];
  }
  const input: Input = body === '' ? {} : JSON.parse(body);
  if (service === 'dynamodb') return dynamodbCalls(operation, input, (table) => arn(`table/${table}`));
  if (service === 'sqs') {
    const queue = String(input.QueueUrl).split('/').at(-1);
    return [{ action: `sqs:${ofBatch(operation)}`, resource: arn(String(queue)) }];
  }
  if (service === 'secretsmanager') return [{ action: `${service}:${operation}`, resource: String(input.SecretId) }];
  if (service === 'states') return [{ action: `states:${operation}`, resource: stateResource(input) }];
  return [{ action: `${service}:${operation || path}`, resource: '?' }];
}

/** A batch needs the permission of the single action (SQS, SNS). */
const ofBatch = (operation: string): string => operation.replace(/Batch$/, '');

/** Names of executions do not matter to policies, which speak of all executions of a machine. */
function stateResource({ executionArn, stateMachineArn }: Input): string {
  return executionArn === undefined ? String(stateMachineArn) : String(executionArn).replace(/:[^:]*$/, ':*');
}

const graphqlApi = (path: string): string => `apis/${/\/apis\/([^/]+)\//.exec(path)?.[1] ?? ''}`;

function field(body: string): string {
  const { query } = JSON.parse(body) as { readonly query: string };
  const [, type = 'query', name = ''] = /(mutation|query)[^{]*\{\s*(\w+)/.exec(query) ?? [];
  return `/types/${type === 'mutation' ? 'Mutation' : 'Query'}/fields/${name}`;
}

const writes: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** A transaction is judged by each of its items; an index is a resource of its own. */
function dynamodbCalls(operation: string, input: Input, arnOf: (table: string) => string): readonly Call[] {
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    const items = input.TransactItems as readonly Readonly<Record<string, { readonly TableName: string }>>[];
    return items.flatMap((item) =>
      Object.entries(item).map(([kind, { TableName }]) => ({
        action: `dynamodb:${kind === 'Get' ? 'GetItem' : writes[kind]}`,
        resource: arnOf(TableName),
      })),
    );
  }
  const tables =
    input.RequestItems === undefined ? [String(input.TableName)] : Object.keys(input.RequestItems as Input);
  const index = input.IndexName === undefined ? '' : `/index/${String(input.IndexName)}`;
  return tables.map((table) => ({ action: `dynamodb:${operation}`, resource: `${arnOf(table)}${index}` }));
}
