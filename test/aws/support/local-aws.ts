import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { compile } from '../../../infra/bundle/compile.ts';
import { startReceiver } from '../../handlers/egress/receiver.ts';

/** One request that the bundle made. */
export interface Call {
  /** `DynamoDB Query`, `SQS SendMessageBatch`, `SNS PublishBatch`, or method and path where it is no AWS API. */
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly authorization: string;
}

interface Answer {
  readonly status?: number;
  readonly body: string | object;
}

const snsAnswer = `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>
<Successful><member><Id>0</Id><MessageId>m</MessageId></member></Successful><Failed/></PublishBatchResult></PublishBatchResponse>`;

interface SqsInput {
  readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[];
}

/** What the services say when all is well; `answers` says what the test wants otherwise. */
function defaultAnswer(name: string, input: unknown): Answer {
  if (name === 'SNS PublishBatch') return { body: snsAnswer };
  if (name === 'SQS SendMessageBatch') {
    const { Entries } = input as SqsInput;
    const md5 = (text: string) => createHash('md5').update(text).digest('hex');
    return {
      body: {
        Successful: Entries.map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: md5(MessageBody) })),
      },
    };
  }
  return { body: {} };
}

/** An AWS on loopback that keeps what is asked of it. */
export async function startLocalAws(answers: (name: string) => Answer | null) {
  const calls: Call[] = [];
  const server = await startReceiver((response, { url, headers, body }) => {
    const target = headers['x-amz-target'];
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    const input = isForm ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body);
    const [service, action] = target?.split('.') ?? [];
    const name = isForm
      ? `SNS ${input.Action}`
      : target === undefined
        ? `POST ${url}`
        : `${service?.startsWith('DynamoDB') ? 'DynamoDB' : 'SQS'} ${action}`;
    calls.push({ name, input, authorization: headers.authorization ?? '' });
    const answer = answers(name) ?? defaultAnswer(name, input);
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    response.writeHead(answer.status ?? 200, { 'content-type': isForm ? 'text/xml' : 'application/x-amz-json-1.0' });
    response.end(text);
  });
  return { ...server, calls };
}

const compiled = new Map<string, Uint8Array>();

function codeOf(name: string): Uint8Array {
  const code = compiled.get(name) ?? compile(`handlers/${name}/index.ts`).code;
  compiled.set(name, code);
  return code;
}

/** Loads a Lambda as it is deployed, its bundle, in an environment that leads to the loopback. */
export function loadLambda(name: string, environment: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-lambda-'));
  const file = join(folder, 'index.mjs');
  writeFileSync(file, codeOf(name));
  const credentials = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' };
  // Powertools prints to the Lambda's log, which is none of a test's.
  const quiet = { POWERTOOLS_METRICS_DISABLED: 'true', POWERTOOLS_LOG_LEVEL: 'SILENT' };
  for (const [key, value] of Object.entries({ ...credentials, ...quiet, ...environment })) vi.stubEnv(key, value);
  // Node's own loader: vitest's would take the bundle apart again.
  const { handler } = createRequire(import.meta.url)(file);
  return {
    invoke: (event: object): Promise<unknown> =>
      handler(event, { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 }),
    close(): void {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
