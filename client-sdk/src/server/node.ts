import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebhookReceiver } from './receiver.ts';

/** What body parsers leave on a request before a handler sees it. */
interface Parsed {
  readonly body?: unknown;
  readonly rawBody?: unknown;
}

/**
 * The receiver for `node:http` and Express. It needs the raw body: mount it before `express.json()`, or behind
 * `express.raw({ type: '*\/*' })`. Where a parser was faster, it answers 500 and says so.
 *
 * @example app.post('/hooks/status', toNodeHandler(receiver));
 */
export function toNodeHandler(
  receiver: Pick<WebhookReceiver, 'handle'>,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const body = rawBody(request);
    if (body === null) return send(response, parsedAlready());
    const answer = await receiver.handle(toRequest(request, body));
    // What is left of a body that is too long is not read to its end.
    if (answer.status === 413) response.setHeader('connection', 'close');
    return send(response, answer);
  };
}

const parsedAlready = (): Response =>
  Response.json(
    {
      type: 'about:blank',
      title: 'The body was parsed before it was verified: mount the receiver first.',
      status: 500,
    },
    { status: 500, headers: { 'content-type': 'application/problem+json' } },
  );

/** The bytes as they came, still to be read or already read; null when only somebody's reading of them is left. */
function rawBody(request: IncomingMessage & Parsed): ReadableStream | Uint8Array | string | null {
  for (const given of [request.rawBody, request.body]) {
    if (given instanceof Uint8Array || typeof given === 'string') return given;
  }
  if (request.readableDidRead) return null;
  // Not `Readable.toWeb`: giving up on a body that is too long must not tear down the connection the answer goes to.
  const chunks = request.iterator({ destroyOnReturn: false });
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

function toRequest(request: IncomingMessage, body: ReadableStream | Uint8Array | string): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    // Node joins all but set-cookie itself.
    if (typeof value === 'string') headers.set(name, value);
  }
  const { method = 'GET' } = request;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  // The address decides nothing here, and `Host` may be anything.
  return new Request('http://receiver.invalid/', {
    method,
    headers,
    ...(hasBody && { body: body as BodyInit, duplex: 'half' }),
  } as RequestInit);
}

async function send(response: ServerResponse, answer: Response): Promise<void> {
  const body = await answer.text();
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(body);
}
