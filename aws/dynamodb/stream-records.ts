import type { LogKey } from '../../core/ports.ts';

/** An attribute as the stream carries it; numbers are text. */
interface Attribute {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
  readonly BOOL?: boolean | undefined;
}
type Image = Readonly<Record<string, Attribute>>;

/** One record of the table's stream, as Lambda hands it over and as `GetRecords` answers it. */
export interface StreamRecord {
  readonly dynamodb?:
    | {
        readonly SequenceNumber?: string | undefined;
        readonly Keys?: Image | undefined;
        readonly NewImage?: Image | undefined;
        readonly OldImage?: Image | undefined;
      }
    | undefined;
}

/** What one change of a head means for the fan-out. Epochs are stored ones. */
export type StreamStep = {
  readonly key: LogKey;
  readonly epoch: string;
  /** Of the record; where to go on after a failure. */
  readonly sequenceNumber: string;
} & (
  | {
      /** These updates were committed; both ends included. */
      readonly type: 'committed';
      readonly fromSeq: number;
      readonly toSeq: number;
    }
  /** Nobody reads this epoch any more; all of it comes before this in the stream. */
  | { readonly type: 'obsolete'; readonly forgotten: boolean }
);

/**
 * Reads the stream of heads (S36): one item, so its records are ordered. Other items are passed over. What was committed
 * lies between the old head and the new one; where a new epoch began, first what the change added to the old one.
 */
export function streamRecords(records: readonly StreamRecord[]): readonly StreamStep[] {
  return records.flatMap(({ dynamodb }) => {
    if (dynamodb?.Keys?.sk?.S !== 'head') return [];
    const { SequenceNumber: sequenceNumber = '', NewImage, OldImage } = dynamodb;
    const before = placeOf(OldImage);
    const after = placeOf(NewImage);
    const key = keyOf(NewImage ?? OldImage);
    if (!key) return [];
    const committed = (epoch: string, last: number, seq: number): readonly StreamStep[] =>
      seq > last ? [{ type: 'committed', key, epoch, fromSeq: last + 1, toSeq: seq, sequenceNumber }] : [];
    const obsolete = (epoch: string, forgotten: boolean): StreamStep => ({
      type: 'obsolete',
      key,
      epoch,
      forgotten,
      sequenceNumber,
    });

    if (!after) return before ? [obsolete(before.epoch, true)] : [];
    const end = after.gone && !before?.gone ? [obsolete(after.epoch, true)] : [];
    if (!before) return [...committed(after.epoch, 0, after.seq), ...end];
    if (before.epoch === after.epoch) return [...committed(after.epoch, before.seq, after.seq), ...end];
    const lastWords = committed(before.epoch, before.seq, after.formerSeq);
    return [...lastWords, ...committed(after.epoch, 0, after.seq), obsolete(before.epoch, false), ...end];
  });
}

interface Place {
  readonly epoch: string;
  readonly seq: number;
  /** Last seq that the change gave to the epoch before this one; 0 when none. */
  readonly formerSeq: number;
  readonly gone: boolean;
}

function placeOf(image: Image | undefined): Place | null {
  if (!image) return null;
  return {
    epoch: image.epoch?.S ?? '',
    seq: Number(image.seq?.N ?? 0),
    formerSeq: Number(image.formerSeq?.N ?? 0),
    gone: image.gone?.BOOL === true,
  };
}

function keyOf(image: Image | undefined): LogKey | null {
  const name = image?.name?.S;
  if (name === undefined) return null;
  const [workflow = '', id = ''] = JSON.parse(name) as string[];
  return { workflow, id };
}
