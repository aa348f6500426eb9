const kibibyte = 1_024;

/** Sizes and counts that requests and answers keep to. Bytes unless the name says otherwise. */
export interface ApiLimits {
  /** Body of any request but `POST /events`: twice the largest input, so that indentation is no reason to refuse. */
  readonly bodyBytes: number;
  /**
   * Body of `POST /events`: a Lambda's asynchronous invocation, which is how CloudWatch Logs hands over a subscription
   * batch, carries 1 MiB (Lambda quotas); a PutEvents entry stays below that.
   */
  readonly eventsBodyBytes: number;
  /** Items in one `POST /events`: each bad one is a dead letter of its own. */
  readonly eventsPerRequest: number;
  /** Input of an execution as compact JSON text; what Step Functions takes (S15). */
  readonly inputBytes: number;
  /** Levels of arrays and objects in a body: deeper ones overflow the stack of whoever walks them. */
  readonly jsonDepth: number;
  /** Updates in a page: unless asked otherwise, and at most (S20). */
  readonly pageDefault: number;
  readonly pageMax: number;
  /** A page of updates as JSON (S20). */
  readonly pageBytes: number;
  /** Executions in a list: at most 100 updates of about 21 KiB stay below Lambda's answer limit of 6 MB. */
  readonly listDefault: number;
  readonly listMax: number;
  /** Dead letters in a list; each has a body of up to 64 KiB. */
  readonly deadLettersDefault: number;
  readonly deadLettersMax: number;
}

export const defaultLimits: ApiLimits = {
  bodyBytes: 512 * kibibyte,
  eventsBodyBytes: 1_024 * kibibyte,
  eventsPerRequest: 1_000,
  inputBytes: 256 * kibibyte,
  jsonDepth: 100,
  pageDefault: 100,
  pageMax: 1_000,
  pageBytes: 1_024 * kibibyte,
  listDefault: 50,
  listMax: 100,
  deadLettersDefault: 20,
  deadLettersMax: 50,
};
