/**
 * Loaded into the process of every Lambda (`NODE_OPTIONS=--import`) before its code: writes down each call of an AWS API as
 * it goes out, underneath the SDK, so that no bundle need be changed for it.
 */

import { appendFileSync } from 'node:fs';
import { ClientRequest } from 'node:http';
import { callsOf, type RecordedCall, type SignedRequest } from './calls.ts';

const file = process.env.STATUSWIRE_RECORD;
const lambda = process.env.AWS_LAMBDA_FUNCTION_NAME;

function record(request: SignedRequest): void {
  for (const call of callsOf(request)) writeDown({ lambda: lambda ?? '', ...call });
}

const headersOf = (request: ClientRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(request.getHeaders()).map(([name, value]) => [name.toLowerCase(), String(value)]));

const written = new Set<string>();

function writeDown(call: RecordedCall): void {
  const line = JSON.stringify(call);
  if (written.has(line) || !file) return;
  written.add(line);
  appendFileSync(file, `${line}\n`);
}

type Chunk = string | Uint8Array | (() => void) | undefined;

if (file && lambda) {
  const bodies = new WeakMap<ClientRequest, Buffer[]>();
  const keep = (request: ClientRequest, chunk: Chunk): void => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    const chunks = bodies.get(request) ?? [];
    chunks.push(Buffer.from(chunk));
    bodies.set(request, chunks);
  };
  const { write, end } = ClientRequest.prototype;
  type Arguments = Parameters<typeof end>;
  Object.assign(ClientRequest.prototype, {
    write(this: ClientRequest, ...args: Arguments) {
      keep(this, args[0]);
      return write.apply(this, args);
    },
    end(this: ClientRequest, ...args: Arguments) {
      keep(this, args[0]);
      const body = Buffer.concat(bodies.get(this) ?? []).toString();
      record({ method: this.method, path: this.path, headers: headersOf(this), body });
      return end.apply(this, args);
    },
  });
  // What the SDK does not send.
  const { fetch } = globalThis;
  globalThis.fetch = (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = Object.fromEntries(new Headers(init.headers));
    const { method = 'GET', body } = init;
    if (typeof body === 'string') record({ method, path: url.pathname, headers, body });
    return fetch(input, init);
  };
}
