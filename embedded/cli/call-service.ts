import type { Problem } from '../../core/contract.ts';
import { type Connect, credentialOf } from './connect.ts';

/** How long a request may take, in milliseconds. */
const patienceMs = 30_000;

export type Method = 'GET' | 'POST' | 'DELETE';

/** Path segments, encoded. */
export const pathOf = (...segments: readonly string[]): string => `/${segments.map(encodeURIComponent).join('/')}`;

/**
 * Asks the operator's part of the HTTP API, which the client SDK leaves out. Answers the body, null where there is none;
 * throws a sentence for people.
 */
export async function callService<T>(connect: Connect, method: Method, path: string, body?: object): Promise<T> {
  const response = await fetch(`${connect.url.replace(/\/+$/, '')}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${credentialOf(connect)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(patienceMs),
  }).catch((error: unknown) => {
    throw new Error(`no answer from ${connect.url}`, { cause: error });
  });
  const text = await response.text();
  const answer = parsed(text);
  if (response.ok && (text === '' || answer !== undefined)) return (answer ?? null) as T;
  if (response.ok || !isProblem(answer)) {
    throw new Error(`${connect.url} answered ${response.status}, but not as Statuswire does; check --url`);
  }
  const { title, detail } = answer;
  throw new Error(`${response.status}: ${detail === undefined ? title : `${title}. ${detail}`}`);
}

const isProblem = (answer: unknown): answer is Pick<Problem, 'title' | 'detail'> =>
  answer instanceof Object && 'title' in answer && typeof answer.title === 'string';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
