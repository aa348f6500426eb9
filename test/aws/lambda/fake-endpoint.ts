import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';
import { variables } from '../../../aws/lambda/variables.ts';

type Body = Record<string, unknown>;

export interface FakeEndpoint {
  /** Every request, by its operation. */
  readonly calls: { readonly operation: string; readonly body: Body }[];
  readonly operations: () => readonly string[];
  /** By operation; what is not there answers an empty object. An answer with `__type` is an error. */
  readonly answers: Record<string, (body: Body) => Body>;
  readonly close: () => Promise<void>;
}

/** Where the SDK's clients of a wiring find DynamoDB, SQS and Step Functions: one server that records what they ask. */
export async function openEndpoint(
  environmentAt: (url: string) => Partial<Record<keyof typeof variables, string>>,
): Promise<FakeEndpoint> {
  const calls: FakeEndpoint['calls'] = [];
  const answers: FakeEndpoint['answers'] = {};
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const body = JSON.parse(await textOf(request)) as Body;
    calls.push({ operation, body });
    const answer = answers[operation]?.(body) ?? {};
    response.writeHead('__type' in answer ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.resetModules();
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  for (const [name, value] of Object.entries(environmentAt(url))) {
    vi.stubEnv(variables[name as keyof typeof variables], value);
  }
  return {
    calls,
    operations: () => calls.map(({ operation }) => operation),
    answers,
    async close() {
      vi.unstubAllEnvs();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };

/** A batch as Lambda hands it over. */
export const sqsEvent = (bodies: readonly string[], receives = 1) =>
  ({
    Records: bodies.map((body, n) => ({
      messageId: `m${n}`,
      body,
      attributes: { ApproximateReceiveCount: String(receives) },
    })),
  }) as never;
