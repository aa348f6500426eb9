import { createQuickStatus } from '../../../../handlers/api/quick-status.ts';
import type { Api, ApiDeps } from '../../../../handlers/api/types.ts';

/** These differ from one answer to the next. */
const ownEachTime = new Set(['x-request-id', 'ratelimit']);

/** From here on every request is put to the quick way too, and where that answers, it must have said the same. */
export function quickAlike(
  api: Pick<Api, 'fetch'>,
  { onRequest: _, rateLimiter, ...deps }: ApiDeps,
): { readonly answered: () => number } {
  let answered = 0;
  const inner = api.fetch;
  const quick = createQuickStatus(deps);
  api.fetch = async (request, ...rest) => {
    const { pathname, search } = new URL(request.url);
    const plain = { method: request.method, url: pathname + search, rawHeaders: [...request.headers].flat() };
    const said = await quick(plain);
    const answer = await inner(request, ...rest);
    if (!said || rateLimiter || answer.status === 500) return answer;
    answered += 1;
    const headersOf = (headers: Headers) =>
      Object.fromEntries([...headers].filter(([name]) => !ownEachTime.has(name) && name !== 'content-length'));
    const got = new Headers();
    for (let at = 0; at < said.headers.length; at += 2) got.set(`${said.headers[at]}`, `${said.headers[at + 1]}`);
    const body = said.body ?? '';
    const alike =
      said.status === answer.status &&
      JSON.stringify(headersOf(got)) === JSON.stringify(headersOf(answer.headers)) &&
      body === (await answer.clone().text()) &&
      (got.get('content-length') ?? '0') === String(Buffer.byteLength(body));
    if (!alike) throw new Error(`GET ${plain.url}: the quick answer differs: ${JSON.stringify(said)}`);
    return answer;
  };
  return { answered: () => answered };
}
