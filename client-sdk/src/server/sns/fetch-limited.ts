import type { Fetch } from '../../http.ts';
import { readBody } from '../bytes.ts';

/** How to ask AWS. */
export interface Outgoing {
  readonly fetch: Fetch;
  /** Given up after this long, body included. */
  readonly timeoutMs: number;
}

/**
 * GETs a URL and reads at most `maxBytes` of its answer. No redirect is followed, because only the first address was
 * checked. Rejects when there is no whole 2xx answer in time.
 */
export async function fetchLimited({ fetch, timeoutMs }: Outgoing, url: string, maxBytes: number): Promise<Uint8Array> {
  const limit = AbortSignal.timeout(timeoutMs);
  const late = new Promise<never>((_, reject) => limit.addEventListener('abort', () => reject(limit.reason)));
  const load = async (): Promise<Uint8Array> => {
    const response = await fetch(url, { signal: limit, redirect: 'error' });
    const body = await readBody(response, maxBytes);
    if (!response.ok) throw new Error(`answered ${response.status}`);
    if (!body) throw new Error(`answered more than ${maxBytes} bytes`);
    return body;
  };
  // Raced, because a fetch that was passed in may not heed its signal.
  return Promise.race([load(), late]);
}
