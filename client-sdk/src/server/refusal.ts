/** A request that is not taken, and what to answer. */
export interface Refusal {
  readonly type: 'refused';
  /**
   * 400 unreadable, 401 not authentic, 403 a topic that is not expected, 405 and 415 as in RFC 9110, 413 too large, 503 not
   * now. SNS repeats a delivery after 5xx and 429 only; a Standard Webhooks sender after anything but 2xx.
   */
  readonly status: 400 | 401 | 403 | 405 | 413 | 415 | 503;
  /** For the sender's engineer; never holds a key or a payload. */
  readonly reason: string;
}

export const refused = (status: Refusal['status'], reason: string): Refusal => ({ type: 'refused', status, reason });

/** A request whose sender is known. */
export interface Verified {
  readonly type: 'verified';
  /** `webhook-id`, for Standard Webhooks; SNS has none that means the update. */
  readonly id: string | null;
  /** The payload, JSON text as it was signed. */
  readonly text: string;
}
