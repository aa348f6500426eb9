import { setTimeout as delay } from 'node:timers/promises';
import { hangMs } from '../support/eventually.ts';

/** A request with the first key; rejects when it hangs. */
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Response>;

export function caller(url: string, apiKey: string): Call {
  return (method, path, body, headers = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(hangMs),
    });
}

/** Work per second is what it is; this bounds a run that hangs. */
export const patienceMs = hangMs;

/** Tries until `attempt` answers something; a server that is down is no answer. */
export async function repeat<T>(attempt: () => Promise<T | null>, withinMs = patienceMs): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (let error: unknown; ; await delay(50)) {
    try {
      const answer = await attempt();
      if (answer !== null) return answer;
    } catch (caught) {
      error = caught;
    }
    if (Date.now() > giveUpAt) throw error ?? new Error('no answer in time');
  }
}

export const until = (condition: () => boolean): Promise<true> => repeat(async () => condition() || null);

/** Repeats a request as a careful caller does, the same again, until the answer has this status. */
export async function insist(call: Call, status: number, ...request: Parameters<Call>): Promise<void> {
  await repeat(async () => {
    const response = await call(...request);
    const text = await response.text();
    if (response.status !== status) throw new Error(`${request[1]}: ${response.status} ${text.slice(0, 300)}`);
    return true;
  });
}

export async function eachOf<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
