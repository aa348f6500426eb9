import type { Update } from '../../core/contract.ts';
import { maxUpdatesPerCommit } from '../../core/limits.ts';
import type { Items } from './items.ts';
import { updateSk } from './names.ts';
import { updateLines } from './update-items.ts';

export interface Span {
  readonly pk: string;
  readonly epoch: string;
  /** First and last seq wanted. */
  readonly from: number;
  readonly to: number;
  /** JSON bytes in all; the first update comes in any case. */
  readonly maxBytes: number;
}

export interface SpanRead {
  /** Contiguous from `from`, as stored. */
  readonly updates: readonly Update[];
  /** It ends early because an update is not there, or not yet. */
  readonly hole: boolean;
}

/** Reads stored updates, ascending, until the end of the span, a hole, or too many bytes. */
export async function readSpan(items: Items, { pk, epoch, from, to, maxBytes }: Span): Promise<SpanRead> {
  const updates: Update[] = [];
  let bytes = 0;
  const found = items.queryAll({
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    // An item lies under its last seq, so the one that holds `to` may lie behind it: by one change at most.
    ExpressionAttributeValues: {
      ':pk': pk,
      ':from': updateSk(epoch, from),
      ':to': updateSk(epoch, to + maxUpdatesPerCommit - 1),
    },
  });
  for await (const item of found) {
    const lines = updateLines(item);
    const first = Number(item.sk.slice(item.sk.lastIndexOf('#') + 1)) - lines.length + 1;
    for (const [index, line] of lines.entries()) {
      const seq = first + index;
      if (seq < from) continue;
      if (seq > to) return { updates, hole: false };
      if (seq !== from + updates.length) return { updates, hole: true };
      bytes += Buffer.byteLength(line);
      if (bytes > maxBytes && updates.length > 0) return { updates, hole: false };
      updates.push(JSON.parse(line) as Update);
    }
  }
  return { updates, hole: from + updates.length <= to };
}
