import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Secrets Manager with the two secrets, and a DynamoDB table with nothing in it, on a port of their own. */
export interface LocalSecrets {
  readonly url: string;
  /** Calls so far, by operation. */
  readonly calls: string[];
  /** Makes Secrets Manager refuse everything. */
  broken: boolean;
  close(): Promise<void>;
}

const secrets: { readonly [id: string]: string } = {
  'arn:key AWSCURRENT': '{"id":"first","secret":"original-secret-1"}',
  'arn:token AWSCURRENT': JSON.stringify({ secret: 'a'.repeat(32) }),
};

export async function startLocalSecrets(): Promise<LocalSecrets> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    local.calls.push(operation);
    const { SecretId, VersionStage } = JSON.parse(Buffer.concat(chunks).toString());
    const say = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    };
    if (operation !== 'GetSecretValue') return say(200, { Responses: {}, Items: [], Count: 0 });
    if (local.broken) return say(500, { __type: 'InternalServiceError' });
    const text = secrets[`${SecretId} ${VersionStage}`];
    if (text === undefined) return say(400, { __type: 'ResourceNotFoundException' });
    return say(200, { VersionId: 'v1', SecretString: text, CreatedDate: 1_767_268_800 });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const local: LocalSecrets = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    broken: false,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return local;
}
