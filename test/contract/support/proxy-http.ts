import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Agent, fetch } from 'undici';
import type { Answer, Routes } from './routes.ts';
import type { Asked, AskFate, WireState } from './wire.ts';

/** What a hotel's network answers to everything. */
export const page = '<!doctype html><title>Guest network</title><h1>Please accept the terms of use</h1>';
const html: Answer = { status: 200, headers: [['content-type', 'text/html']], body: page };
const refusal: Answer = { status: 503, headers: [['retry-after', '1']], body: '' };
const badGateway: Answer = { status: 502, headers: [], body: 'Bad gateway' };

/** Hop by hop, or no longer true of the body as it is handed on (RFC 9110 §7.6.1). */
const notForwarded = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'content-encoding']);

/** Forwards requests, and does to them and their answers what the wire wants. */
export function createHttpSide({ wire, clock }: WireState, routes: Routes, dispatcher: Agent) {
  /** Good answers that came through, by route. */
  const passed = new Map<string, Answer[]>();

  return async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    const asked: Asked = { path, isRead: /^\/status\//.test(path) };
    // A held request is let go by news or by its own end; every other answer is awaited before time goes on.
    const done = path.includes('wait=') ? () => undefined : clock.busy();
    const gone = new AbortController();
    response.once('close', () => {
      done();
      gone.abort();
    });
    const body = await textOf(request);
    const [route = ''] = path.split('?');
    const earlier = passed.get(route) ?? [];
    if (asked.isRead) wire.reads += 1;
    const fate = wire.ask(asked);
    if (fate !== 'pass' && !isCached(fate)) wire.befell.add(fate);
    if (fate === 'silent') done();
    else if (fate === 'html') write(response, html);
    else if (fate === 'refuse') write(response, refusal);
    else {
      const cached = fate === 'again' ? earlier.at(-1) : fate === 'oldest' ? earlier[0] : undefined;
      if (cached) {
        if (isCached(fate)) wire.befell.add(fate);
        write(response, cached);
      } else await pass();
    }

    async function pass(): Promise<void> {
      const answer = await send(`${routes.origin('http')}${path}`, request, { body, signal: gone.signal, dispatcher });
      const end = answer && wire.answer({ ...asked, ...answer });
      if (end && end !== 'pass') wire.befell.add(end);
      if (wire.isFrozen) done();
      else if (!answer) write(response, badGateway);
      else if (end === 'lose') response.destroy();
      else if (end === 'cut') cut(response, answer);
      else {
        if (answer.status === 200) passed.set(route, [...earlier, answer]);
        write(response, route === '/.well-known/statuswire' ? routes.rewrite(answer) : answer);
      }
    }
  };
}

const isCached = (fate: AskFate): fate is 'again' | 'oldest' => fate === 'again' || fate === 'oldest';

/** null when the service is not there. */
async function send(
  url: string,
  request: IncomingMessage,
  { body, ...init }: { readonly body: Buffer; readonly signal: AbortSignal; readonly dispatcher: Agent },
): Promise<Answer | null> {
  const headers = Object.entries(request.headers).filter(([name]) => !notForwarded.has(name) && name !== 'host');
  try {
    const response = await fetch(url, {
      method: request.method ?? 'GET',
      headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
      ...(body.length > 0 && { body }),
      ...init,
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: [...response.headers].filter(([name]) => !notForwarded.has(name)),
      body: text,
    };
  } catch {
    return null;
  }
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, headers.flat()).end(body);
}

/** Half of the body, and the connection dies. */
function cut(response: ServerResponse, { status, headers, body }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, [...headers.flat(), 'content-length', String(bytes.length)]);
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

export async function textOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
