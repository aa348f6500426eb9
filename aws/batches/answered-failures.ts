import type { EntryFailure } from './send-in-batches.ts';

/** `Failed` of a batch answer, as SQS and SNS give it. */
interface FailedEntry {
  readonly Id?: string | undefined;
  readonly Code?: string | undefined;
  readonly SenderFault?: boolean | undefined;
}

/** The answer's failures; each entry's `Id` was its place in the request. */
export function answeredFailures(failed: readonly FailedEntry[] | undefined): readonly EntryFailure[] {
  return (failed ?? []).map(({ Id, Code = 'unknown', SenderFault = false }) => ({
    index: Number(Id),
    code: Code,
    senderFault: SenderFault,
  }));
}
