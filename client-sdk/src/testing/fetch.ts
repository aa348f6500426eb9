import type { Fetch } from '../http.ts';
import type { HttpAnswer, HttpCall } from './http.ts';

/** A `fetch` that reaches `answer` and nothing else. Needs no `Response`, which jsdom does not have. */
export function createTestFetch(url: string, answer: (call: HttpCall) => Promise<HttpAnswer>): Fetch {
  return async (target, init) => {
    const { pathname, searchParams, origin } = new URL(target);
    if (origin !== url) throw new TypeError(`The test service answers at ${url}, not at ${origin}.`);
    const call: HttpCall = {
      method: init.method ?? 'GET',
      path: pathname,
      query: searchParams,
      headers: lowerCase(init.headers ?? {}),
      body: typeof init.body === 'string' ? init.body : '',
      signal: init.signal ?? null,
    };
    const { status, headers, body } = await answer(call);
    if (call.signal?.aborted) throw call.signal.reason;
    const text = body === null ? '' : JSON.stringify(body);
    const response = {
      ok: status >= 200 && status <= 299,
      status,
      url: target,
      headers: { get: (name: string) => headers[name.toLowerCase()] ?? null },
      text: async () => text,
      json: async () => JSON.parse(text) as unknown,
    };
    return response as unknown as Response;
  };
}

function lowerCase(headers: HeadersInit): { readonly [name: string]: string } {
  const isIterable = Symbol.iterator in headers;
  const entries = isIterable ? [...(headers as Iterable<readonly string[]>)] : Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [String(name).toLowerCase(), String(value)]));
}
