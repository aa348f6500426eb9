/** Names of answers after which the same request may succeed (AWS, "Error handling with DynamoDB"). */
const passing = new Set([
  'InternalServerError',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'RequestTimeoutException',
  'RequestTimeTooSkewed',
  'ServiceUnavailable',
  'ThrottlingException',
  'TimeoutError',
  'TransactionConflictException',
  'TransactionInProgressException',
]);

/** Codes of a connection that broke or was not made; whether the request was carried out is unknown. */
const ofConnection = new Set(['EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** Reasons for which a transaction is cancelled although nothing is wrong with it. */
const passingReasons = new Set(['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** Why one item of a transaction did not let it through; by the item's place in the request. */
export interface CancellationReason {
  readonly Code?: string | undefined;
  /** What is stored in its place, where that was asked for: attributes in DynamoDB's own form. */
  readonly Item?: Record<string, { readonly N?: string | undefined; readonly S?: string | undefined }> | undefined;
}

/** May the same request succeed later? */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const reasons = cancellationReasons(error);
  if (reasons) return reasons.every(({ Code = 'None' }) => passingReasons.has(Code));
  if (passing.has(error.name) || ('code' in error && ofConnection.has(String(error.code)))) return true;
  return statusOf(error) >= 500;
}

/** A condition of the request does not hold; nothing was written. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ConditionalCheckFailedException') return true;
  return cancellationReasons(error)?.some(({ Code }) => Code === 'ConditionalCheckFailed') ?? false;
}

/** null when the error is no cancelled transaction. */
export function cancellationReasons(error: unknown): readonly CancellationReason[] | null {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return null;
  const reasons = 'CancellationReasons' in error ? error.CancellationReasons : null;
  return Array.isArray(reasons) && reasons.length > 0 ? (reasons as readonly CancellationReason[]) : null;
}

function statusOf(error: Error): number {
  const metadata = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number } | null) : null;
  return metadata?.httpStatusCode ?? 0;
}
