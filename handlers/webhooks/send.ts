/** One signed POST, ready to go. */
export interface SendRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text, sent as UTF-8. */
  readonly body: string;
  /** Ends the attempt early; the outcome is then `failed`. */
  readonly signal?: AbortSignal;
}

export type SendOutcome =
  | {
      readonly type: 'answered';
      readonly status: number;
      /** The `Retry-After` header as it came, or null. */
      readonly retryAfter: string | null;
    }
  /** No whole answer: connection, TLS, time-out, or an address that is not allowed. */
  | { readonly type: 'failed'; readonly reason: string };

/** Sends one request and never rejects. Must end within 15 s (Standard Webhooks: 15–30 s) and never follow a redirect. */
export type Send = (request: SendRequest) => Promise<SendOutcome>;
