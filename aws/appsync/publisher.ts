import type { Update } from '../../core/contract.ts';
import { inLanes } from '../dynamodb/lanes.ts';
import { type Answer, readAnswer } from './answer.ts';
import { mutationBody } from './mutation.ts';
import type { SignPost } from './sign.ts';

export interface AppsyncPublisherOptions {
  /** `https://…/graphql`. */
  readonly url: string;
  readonly sign: SignPost;
  /** Told once a call of how many updates were not published, and why the first of them. */
  readonly onFailed: (count: number, reason: string) => void;
  /** Times one update is tried. @default 3 */
  readonly attempts?: number;
  /** For one request, milliseconds. @default 2_000 */
  readonly timeoutMs?: number;
  /** Requests under way at once. @default 32 */
  readonly width?: number;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

const firstWaitMs = 100;
const longestWaitMs = 800;

/**
 * Publishes updates to AppSync's subscribers by the signed mutation, those of one execution one after the other. A hint
 * (G8): it never rejects; what is not published within the tries, or before `signal`, is counted and dropped, and readers
 * find it in the log.
 */
export function createAppsyncPublisher(options: AppsyncPublisherOptions) {
  const { url, sign, onFailed, attempts = 3, timeoutMs = 2_000, width = 32, random = Math.random } = options;
  const target = new URL(url);

  async function post(body: string, signal: AbortSignal): Promise<Answer> {
    try {
      // Signed for every try: a signature is good for five minutes from its own moment.
      const headers = await sign(target, body);
      const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const answer = await fetch(target, { method: 'POST', headers, body, signal: within, redirect: 'error' });
      return readAnswer(answer.status, await answer.text());
    } catch (error) {
      return { type: 'failed', passing: true, reason: reasonOf(error) };
    }
  }

  async function publish(update: Update, signal: AbortSignal): Promise<Answer> {
    const body = mutationBody(update);
    for (let tries = 1; ; tries += 1) {
      if (signal.aborted) return { type: 'failed', passing: true, reason: 'no time left' };
      const answer = await post(body, signal);
      if (answer.type === 'published' || !answer.passing || tries >= attempts) return answer;
      await pause(random() * Math.min(longestWaitMs, firstWaitMs * 2 ** (tries - 1)), signal);
    }
  }

  return async (updates: readonly Update[], signal: AbortSignal): Promise<void> => {
    const laneOf = ({ workflow, id }: Update) => [JSON.stringify([workflow, id])];
    const answers = await inLanes(updates, laneOf, width, (update) => publish(update, signal));
    const failures = answers.filter((answer) => answer.type === 'failed');
    const [first] = failures;
    if (first) onFailed(failures.length, first.reason);
  };
}

/** A short word; `fetch` hides it behind its own. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}

/** Ends early when there is no time left. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
