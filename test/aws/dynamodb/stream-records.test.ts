import { describe, expect, it } from 'vitest';
import { type StreamRecord, streamRecords } from '../../../aws/dynamodb/stream-records.ts';
import { epochOf } from '../../support/make-update.ts';

const key = { workflow: 'orders', id: 'order#1' };
const [e1, e2] = [epochOf(1), epochOf(2)];

interface Place {
  readonly epoch: string;
  readonly seq: number;
  readonly formerSeq?: number;
  readonly gone?: true;
}

function image({ epoch, seq, formerSeq, gone }: Place) {
  return {
    name: { S: JSON.stringify(['orders', 'order#1']) },
    epoch: { S: epoch },
    seq: { N: String(seq) },
    ...(formerSeq === undefined ? {} : { formerSeq: { N: String(formerSeq) } }),
    ...(gone ? { gone: { BOOL: true } } : {}),
  };
}

function record(before: Place | null, after: Place | null, sk = 'head'): StreamRecord {
  return {
    dynamodb: {
      SequenceNumber: '7',
      Keys: { pk: { S: 'log#orders#order%00231' }, sk: { S: sk } },
      ...(before ? { OldImage: image(before) } : {}),
      ...(after ? { NewImage: image(after) } : {}),
    },
  };
}

const committed = (epoch: string, fromSeq: number, toSeq: number) => ({
  type: 'committed',
  key,
  epoch,
  fromSeq,
  toSeq,
  sequenceNumber: '7',
});
const obsolete = (epoch: string, forgotten: boolean) => ({
  type: 'obsolete',
  key,
  epoch,
  forgotten,
  sequenceNumber: '7',
});

describe('the stream of heads', () => {
  it.each<[string, StreamRecord, readonly object[]]>([
    ['the first commit', record(null, { epoch: e1, seq: 3 }), [committed(e1, 1, 3)]],
    ['a later one', record({ epoch: e1, seq: 3 }, { epoch: e1, seq: 5 }), [committed(e1, 4, 5)]],
    ['a head without updates', record(null, { epoch: e1, seq: 0 }), []],
    ['bookkeeping', record({ epoch: e1, seq: 3 }, { epoch: e1, seq: 3 }), []],
    ['a new epoch', record({ epoch: e1, seq: 3 }, { epoch: e2, seq: 1 }), [committed(e2, 1, 1), obsolete(e1, false)]],
    [
      'a new epoch after last words of the old one',
      record({ epoch: e1, seq: 3 }, { epoch: e2, seq: 2, formerSeq: 4 }),
      [committed(e1, 4, 4), committed(e2, 1, 2), obsolete(e1, false)],
    ],
    ['forgetting', record({ epoch: e1, seq: 3 }, { epoch: e1, seq: 3, gone: true }), [obsolete(e1, true)]],
    ['a marker that changes', record({ epoch: e1, seq: 3, gone: true }, { epoch: e1, seq: 3, gone: true }), []],
    ['a marker that TTL removed', record({ epoch: e1, seq: 3, gone: true }, null), [obsolete(e1, true)]],
    ['another item', record(null, { epoch: e1, seq: 3 }, `u#${e1}#000000000000003`), []],
    ['a record without anything', {}, []],
  ])('S36: %s', (_name, given, steps) => {
    expect(streamRecords([given])).toEqual(steps);
  });
});
