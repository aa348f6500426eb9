import type { HonoRequest } from 'hono';

/**
 * Reads a body as UTF-8 text; null as soon as it is larger than allowed. Where the client says a length, the HTTP parser
 * holds it to that. Where it says none, because the body is sent in chunks or there is none, what comes is counted.
 * Whoever asks the request for its body afterwards gets the same.
 *
 * @param maxBytes Of the body as it is sent.
 */
export async function readBody(request: HonoRequest, maxBytes: number): Promise<string | null> {
  const length = request.header('Transfer-Encoding') === undefined ? request.header('Content-Length') : undefined;
  if (length !== undefined) return Number(length) > maxBytes ? null : request.text();
  const { url, method, headers, signal, body: stream } = request.raw;
  const body = await readCounted(stream, maxBytes);
  if (!body) return null;
  // Made of its parts: the request that node-server hands over is none that the global `Request` could copy. Of bytes,
  // because a text would bring a Content-Type along.
  request.raw = new Request(url, { method, headers, signal, body });
  return request.text();
}

async function readCounted(
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Buffer<ArrayBuffer> | null> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // A reader, not `for await`: that would cancel the rest of a body that is too large, and with it cut the connection on
  // which the refusal is still to be sent.
  const reader = stream?.getReader();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    bytes += part.value.byteLength;
    if (bytes > maxBytes) return null;
    parts.push(part.value);
  }
  return Buffer.concat(parts);
}
