import { connect } from 'node:net';
import { listen } from '../../../../embedded/service/http-server.ts';
import type { Api } from '../../../../handlers/api/types.ts';

/** Ways in which clients send one and the same body. */
export const bodyForms = ['chunked', 'in two parts', 'chunked in parts', 'HTTP/1.0'] as const;
export type BodyForm = (typeof bodyForms)[number];

/** One more than any route takes: what comes after it is nobody's business. */
const mostBytes = 2 ** 20 + 2 ** 16;

/**
 * Sends every POST over a socket of its own to the real server, in this form, and hands back what came. Where there is no
 * body, nothing is said of one, as `curl -X POST` does it.
 */
export function overSockets(api: Api, form: BodyForm): void {
  const inner = api.fetch;
  api.fetch = async (request, ...rest) => {
    if (request.method !== 'POST' || !request.url.startsWith('http:')) return inner(request, ...rest);
    const server = await listen({ fetch: inner, subscriptions: noSubscriptions, graphqlPath: '/none', ...anyPort });
    try {
      return await send(Number(new URL(server.url).port), await written(request, form));
    } finally {
      await server.close(0);
    }
  };
}

const anyPort = { host: '127.0.0.1', port: 0 } as const;
const noSubscriptions = {
  handleUpgrade: () => undefined,
  handleAppsync: () => undefined,
  close: async () => undefined,
  disconnect: () => undefined,
} as unknown as Parameters<typeof listen>[0]['subscriptions'];

/** What goes over the wire, in the pieces that it is sent in. */
async function written(request: Request, form: BodyForm): Promise<readonly Buffer[]> {
  const { pathname, search, host } = new URL(request.url);
  const body = await bodyOf(request);
  const isChunked = form === 'chunked' || form === 'chunked in parts';
  const framing = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body?.length}`;
  const lines = [
    `${request.method} ${pathname}${search} ${form === 'HTTP/1.0' ? form : 'HTTP/1.1'}`,
    `Host: ${host}`,
    'Connection: close',
    ...[...request.headers].filter(([name]) => name !== 'content-length').map(([name, value]) => `${name}: ${value}`),
    ...(body === null ? [] : [framing]),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  if (body === null) return [head];
  const parts = form === 'chunked' || form === 'HTTP/1.0' ? [body] : [body.subarray(0, 1), body.subarray(1)];
  const sent = isChunked ? [...parts.filter((part) => part.length > 0).map(chunk), Buffer.from('0\r\n\r\n')] : parts;
  return [head, ...sent];
}

const chunk = (part: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);

async function bodyOf({ body }: Request): Promise<Buffer | null> {
  if (!body) return null;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    parts.push(part);
    bytes += part.length;
    if (bytes > mostBytes) break;
  }
  return Buffer.concat(parts);
}

/** Each piece once the one before is on its way, and the answer until the server closes. */
function send(port: number, pieces: readonly Buffer[]): Promise<Response> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const got: Buffer[] = [];
    socket.on('data', (data) => got.push(data));
    socket.on('error', reject);
    socket.on('close', () => resolve(parsed(Buffer.concat(got).toString('latin1'))));
    const next = (index: number): void => {
      const piece = pieces[index];
      if (piece && socket.writable) socket.write(piece, () => setImmediate(next, index + 1));
    };
    socket.once('connect', () => next(0));
  });
}

function parsed(text: string): Response {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [start = '', ...lines] = head.split('\r\n');
  const headers = new Headers(lines.map((line): [string, string] => splitAt(line, ': ')));
  const status = Number(start.split(' ')[1]);
  const body = Buffer.from(rest.join('\r\n\r\n'), 'latin1');
  if (headers.get('Transfer-Encoding')) throw new Error('every answer to a body has a length');
  return new Response(status === 204 ? null : body, { status, headers });
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}
