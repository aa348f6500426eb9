import type { LogKey } from '../../core/ports.ts';
import { asJson, asRecord, asText } from '../../core/sources/read.ts';
import type { Ingest } from './ingest.ts';

export interface AwsBatchOptions {
  readonly ingest: Ingest;
  /** Looks at an execution whose time has come. */
  readonly settle: (key: LogKey) => Promise<void>;
  /** Told of a look that failed. It is not repeated: the execution stays due, and the reconciler comes every minute. */
  readonly onLookFailed: (error: unknown, key: LogKey) => void;
  /** Told how many items were put aside with their reasons. */
  readonly onRejected: (count: number) => void;
}

/** By the place of the body: the trouble that it met; null where it was taken, or put aside for good. */
export type BatchOutcome = readonly ({ readonly error: unknown } | null)[];

/**
 * Takes the bodies of a queue's batch: EventBridge events, all in one call of `ingest`, so that those of one execution
 * are one read and one commit; and `{"settle":{"workflow","id"}}`, a look that was put off. What is not even JSON is a
 * dead letter like any other unreadable event (G10). Only what could not be committed has to come again (S25).
 */
export function createAwsBatch({ ingest, settle, onLookFailed, onRejected }: AwsBatchOptions) {
  return async (bodies: readonly string[]): Promise<BatchOutcome> => {
    const outcomes: ({ readonly error: unknown } | null)[] = bodies.map(() => null);
    const items: { readonly item: unknown; readonly place: number }[] = [];
    const looks: LogKey[] = [];
    for (const [place, body] of bodies.entries()) {
      const item = asJson(body) ?? body;
      const key = lookOf(item);
      if (key) looks.push(key);
      else items.push({ item, place });
    }
    const taken = ingest(
      items.map(({ item }) => item),
      {
        onFailed({ index, error }) {
          const place = items[index]?.place;
          if (place !== undefined) outcomes[place] = { error };
        },
      },
    );
    const looked = looks.map((key) => settle(key).catch((error) => onLookFailed(error, key)));
    const [{ rejected }] = await Promise.all([taken, ...looked]);
    onRejected(rejected.length);
    return outcomes;
  };
}

function lookOf(item: unknown): LogKey | null {
  const { workflow, id } = asRecord(asRecord(item)?.settle) ?? {};
  const key = { workflow: asText(workflow), id: asText(id) };
  return key.workflow !== null && key.id !== null ? { workflow: key.workflow, id: key.id } : null;
}
