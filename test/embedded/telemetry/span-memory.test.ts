import type { SpanContext } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { createSpanMemory } from '../../../embedded/telemetry/span-memory.ts';

const span = (spanId: string): SpanContext => ({ traceId: 't', spanId, traceFlags: 1 });

describe('the memory of spans', () => {
  it('is bounded: the oldest go first', () => {
    const memory = createSpanMemory(2);
    for (const seq of [1, 2, 3]) memory.keep('E', seq, span(String(seq)));
    expect([1, 2, 3].map((seq) => memory.find('E', seq)?.spanId ?? null)).toEqual([null, '2', '3']);
    expect(memory.find('F', 2)).toBeNull();
  });
});
