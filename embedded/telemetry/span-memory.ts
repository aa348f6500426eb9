import type { SpanContext } from '@opentelemetry/api';

/** Remembers which span committed an update, for the spans that carry it on. Loses itself with the process. */
export interface SpanMemory {
  keep(epoch: string, seq: number, span: SpanContext): void;
  find(epoch: string, seq: number): SpanContext | null;
  /** Unless another span was kept for it since. */
  forget(epoch: string, seq: number, span: SpanContext): void;
}

/** @param capacity Updates remembered; the oldest go first. @default 10_000 */
export function createSpanMemory(capacity = 10_000): SpanMemory {
  const spans = new Map<string, SpanContext>();
  return {
    keep(epoch, seq, span) {
      spans.set(`${epoch}_${seq}`, span);
      if (spans.size <= capacity) return;
      const [oldest] = spans.keys();
      if (oldest !== undefined) spans.delete(oldest);
    },
    find: (epoch, seq) => spans.get(`${epoch}_${seq}`) ?? null,
    forget(epoch, seq, span) {
      if (spans.get(`${epoch}_${seq}`) === span) spans.delete(`${epoch}_${seq}`);
    },
  };
}
