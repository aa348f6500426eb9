import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';
import { conversation, type Said, type Step } from './support/conversation.ts';
import { base, gatewayKit } from './support/gateway-kit.ts';

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
type Talk = (method: string, path: string, headers: Record<string, string>, body: string | undefined) => Promise<Reply>;

/** Of the connection, and of the moment. */
const unlike = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'ratelimit']);

/** Over a socket, with the path as it is written: `fetch` would fold it first. */
function overHttp(url: string): Talk {
  return (method, path, headers, body) =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url);
      const sent = httpRequest({ hostname, port, method, path, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
            body: Buffer.concat(chunks).toString(),
          }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

/** All that each side makes up for itself gets the same name. */
const alike = (text: string, url: string): string =>
  text
    .replaceAll(url, '<base>')
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>')
    .replace(/sw_[0-9a-f]{16}_[\w-]{43}/g, '<key>')
    .replace(/whsec_[\w+/=]+/g, '<secret>')
    .replace(/[0-9A-HJKMNP-TV-Z]{26}/g, '<ulid>')
    .replace(/"(cursor|next)":"[\w-]+"/g, '"$1":"<cursor>"')
    .replace(/"(recordedAt|createdAt|at|expiresAt)":"[^"]*"/g, '"$1":"<time>"')
    .replace(/\b[0-9a-f]{16}\b/g, '<id>');

async function converse(talk: Talk, url: string, key: string): Promise<Map<string, unknown>> {
  const bodies = new Map<string, Record<string, unknown>>();
  const replies = new Map<string, unknown>();
  let etag = '';
  for (const step of conversation) {
    const reply = await say(talk, step, { key, bodies, etag });
    if (reply.body.startsWith('{')) bodies.set(step.name, JSON.parse(reply.body));
    etag = reply.headers.etag ?? etag;
    const headers = Object.entries(reply.headers).filter(([name]) => !unlike.has(name));
    replies.set(step.name, {
      status: reply.status,
      headers: headers.map(([name, value]) => `${name}: ${alike(value, url)}`).sort(),
      body: alike(reply.body, url),
    });
  }
  return replies;
}

function say(talk: Talk, { method, path, headers, credential, body }: Step, said: Said): Promise<Reply> {
  const bearer = typeof credential === 'function' ? credential(said) : credential === undefined ? said.key : credential;
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return talk(
    method ?? (body === undefined ? 'GET' : 'POST'),
    typeof path === 'function' ? path(said) : path,
    {
      ...(bearer === null ? {} : { Authorization: `Bearer ${bearer}` }),
      ...(text === undefined
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': `${Buffer.byteLength(text)}` }),
      ...headers?.(said),
    },
    text,
  );
}

let kit: ServiceKit;
let embedded: Map<string, unknown>;
let lambda: Map<string, unknown>;

beforeAll(async () => {
  kit = await serviceKit();
  embedded = await converse(overHttp(kit.service.url), kit.service.url, kit.service.apiKey);
  const { send, apiKey } = await gatewayKit();
  const overGateway: Talk = async (method, path, headers, body) => {
    const answer = await send({ method, path, headers, ...(body === undefined ? {} : { body }) });
    return { status: answer.statusCode, headers: answer.headers as Record<string, string>, body: answer.body };
  };
  lambda = await converse(overGateway, base, apiKey);
});
afterAll(() => kit.stop());

describe('design §4: the Lambda answers as the embedded server does', () => {
  it.each(conversation.map(({ name }) => name))('%s', (name) => {
    expect(lambda.get(name)).toEqual(embedded.get(name));
  });

  it('and the conversation says what it is meant to', () => {
    const statuses = conversation.map(({ name }) => (lambda.get(name) as Reply).status);
    expect(new Set(statuses)).toEqual(new Set([200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 409, 413, 415, 422]));
  });
});
