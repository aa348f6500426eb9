import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { variables } from '../../../aws/lambda/variables.ts';

const child = fileURLToPath(new URL('child.ts', import.meta.url));

export interface Ran {
  readonly handler: string;
  /** Processor time of the main thread: what loading takes on a machine that does nothing else. */
  readonly loadMs: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came.
  readonly answers: any[];
  /** What the Lambda logged. */
  readonly log: string;
}

/** What `infra` sets, as far as a Lambda may need it. */
const environment = {
  [variables.table]: 'statuswire',
  [variables.place]: 'arn:aws:states:eu-west-1:111122223333',
  [variables.keySecret]: 'arn:key',
  [variables.tokenSecret]: 'arn:token',
  [variables.startQueue]: 'https://sqs.eu-west-1.amazonaws.com/111122223333/starts',
  [variables.ingestQueue]: 'https://sqs.eu-west-1.amazonaws.com/111122223333/ingest',
  [variables.webhookQueue]: 'https://sqs.eu-west-1.amazonaws.com/111122223333/webhooks',
  [variables.deadLetterQueue]: 'https://sqs.eu-west-1.amazonaws.com/111122223333/dead',
  [variables.topic]: 'arn:aws:sns:eu-west-1:111122223333:updates',
  [variables.graphqlUrl]: 'https://abc.appsync-api.eu-west-1.amazonaws.com/graphql',
  [variables.socketUrl]: 'wss://abc.execute-api.eu-west-1.amazonaws.com/live',
  [variables.managementUrl]: 'https://abc.execute-api.eu-west-1.amazonaws.com/live',
};

/** Loads a bundle in a process of its own, which has the variables of a Lambda and nothing else, and invokes it. */
export async function runBundle(
  folder: string,
  events: readonly unknown[] = [],
  endpoint?: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const env = {
    ...environment,
    ...more,
    PATH: process.env.PATH ?? '',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint }),
  };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [child, folder, JSON.stringify(events)], {
    env,
  });
  const lines = stdout.trimEnd().split('\n');
  return { ...JSON.parse(lines.at(-1) ?? ''), log: lines.slice(0, -1).join('\n') + stderr };
}
