/** What an answer of AppSync means for the update. */
export type Answer =
  | { readonly type: 'published' }
  | {
      readonly type: 'failed';
      /** The same request may succeed soon. */
      readonly passing: boolean;
      readonly reason: string;
    };

interface AnswerBody {
  readonly data?: { readonly publishStatus?: unknown } | null;
  readonly errors?: readonly { readonly errorType?: unknown; readonly message?: unknown }[] | null;
}

/** `errorType`s are spelled with and without `Exception`, and differ between layers; so they are matched loosely. */
const passingError = /throttl|toomanyrequests|limitexceeded|internal|unavailable|timeout/i;

/**
 * AppSync answers most failures with status 200 and `errors` beside `data: null`, so a status alone proves nothing. A
 * mutation that answers null publishes nothing either.
 */
export function readAnswer(status: number, text: string): Answer {
  const body = parse(text);
  const [error] = body?.errors ?? [];
  if (status === 200 && !error && body?.data?.publishStatus) return { type: 'published' };
  const errorType = typeof error?.errorType === 'string' ? error.errorType : null;
  const passing = status === 429 || status >= 500 || (errorType !== null && passingError.test(errorType));
  return { type: 'failed', passing, reason: `status ${status}, ${errorType ?? (error ? 'an error' : 'no data')}` };
}

function parse(text: string): AnswerBody | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
