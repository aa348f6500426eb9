/** As much of `fetch` as is used. */
export type Fetch = (
  url: string,
  init: {
    readonly signal: AbortSignal;
    readonly redirect: 'error';
    readonly headers: Readonly<Record<string, string>>;
  },
) => Promise<Response>;

/** A large set of keys has some 20 KB. */
const maxBytes = 256 * 1_024;

/**
 * The JSON that a URL answers, without following it elsewhere. Rejects when it is not answered with 200 and JSON of at most
 * 256 KiB, and when `signal` says that it takes too long.
 */
export async function fetchJson(fetch: Fetch, url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  if (response.status !== 200 || !response.body) throw new Error(`${url} answered ${response.status}.`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`${url} answered with over ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
