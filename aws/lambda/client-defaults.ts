/**
 * What every SDK client of a Lambda is made with, DynamoDB's aside. Connections are kept alive (the SDK's default), every
 * wait is bounded far below a Lambda's own time-out, and passing trouble is tried twice more with the SDK's back-off;
 * what fails then goes back to the queue it came from.
 */
export const clientDefaults = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;
