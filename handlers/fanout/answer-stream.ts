import type { OnCommitted } from '../../core/ports.ts';

/** How far a batch of records was dealt with. `unanswered`: sequence number from which on it has to come again. */
type Told =
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly unanswered: string; readonly error: unknown };

export interface StreamAnswerOptions<Record> {
  /** Tells the listener what the records say was committed. */
  readonly fanOut: (records: readonly Record[], listener: OnCommitted) => Promise<Told>;
  readonly listener: OnCommitted;
  /** Told of a batch that comes again, in whole or in part. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * The answer to a batch of the table's stream (`ReportBatchItemFailures`): the first record that was not dealt with,
 * from which on Lambda brings the shard's records again. An identifier that is empty, or that Lambda does not know,
 * brings back the whole batch (Lambda Developer Guide, "Configuring partial batch response with DynamoDB").
 */
export function createStreamAnswer<Record>({ fanOut, listener, onFailed }: StreamAnswerOptions<Record>) {
  return async ({ Records }: { readonly Records: readonly Record[] }) => {
    const told = await fanOut(Records, listener);
    if (told.type === 'done') return { batchItemFailures: [] };
    onFailed(told.error);
    return { batchItemFailures: [{ itemIdentifier: told.unanswered }] };
  };
}
