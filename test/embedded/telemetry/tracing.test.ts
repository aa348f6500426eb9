import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, propagation, type Span, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTracing } from '../../../embedded/telemetry/tracing.ts';
import type { Appender } from '../../../handlers/ingest/append.ts';
import { statusChange } from '../../support/aws-shapes.ts';
import { makeUpdate } from '../../support/make-update.ts';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';

const exporter = new InMemorySpanExporter();
let kit: ServiceKit;
let received: { readonly traceparent: string | undefined; readonly id: string | undefined }[] = [];
let arrived: () => void = () => undefined;
const receiver = createServer((request, response) => {
  const { traceparent, 'webhook-id': id } = request.headers;
  received.push({ traceparent: traceparent as string | undefined, id: id as string | undefined });
  request.resume().on('end', () => response.writeHead(204).end());
  arrived();
});

beforeAll(async () => {
  kit = await serviceKit();
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  await kit.call('/webhooks', { body: { url: `http://127.0.0.1:${port}/`, filter: { workflows: ['cloud'] } } });
});
afterAll(async () => {
  await kit.stop();
  receiver.close();
});
afterEach(() => {
  received = [];
  exporter.reset();
});

async function deliver(id: string, headers: Record<string, string> = {}): Promise<void> {
  const came = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  await kit.call('/events', { body: statusChange({ workflow: 'cloud', id }), headers });
  await came;
}

/** The span is ended once the answer was read. */
async function spansNamed(name: string): Promise<readonly ReadableSpan[]> {
  for (;;) {
    const found = exporter.getFinishedSpans().filter((span) => span.name === name);
    if (found.length > 0) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const linked = (span: ReadableSpan | undefined) => span?.links.map((link) => link.context.spanId);

describe('without an SDK', () => {
  // First in this file: a tracer that has met an SDK keeps it.
  it('nothing is sent and nothing kept', async () => {
    await deliver('t-3', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    expect(received).toMatchObject([{ traceparent: undefined }]);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});

describe('traces from the fact to the delivery, with an SDK', () => {
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  });

  it('one fact gives ingest → commit, linked by the fan-out and by the delivery, below the caller’s own span', async () => {
    const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await deliver('t-1', { traceparent: caller });
    const [ingest] = await spansNamed('statuswire.ingest');
    const [commit] = await spansNamed('statuswire.commit');
    const [fanOut] = await spansNamed('statuswire.fanout');
    const [delivery] = await spansNamed('statuswire.deliver');
    expect(ingest?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(ingest?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(commit?.parentSpanContext?.spanId).toBe(ingest?.spanContext().spanId);
    expect(linked(fanOut)).toEqual([commit?.spanContext().spanId]);
    expect(linked(delivery)).toEqual([commit?.spanContext().spanId]);
    // Another trace each: what is repeated for days is no part of the caller's request.
    expect(delivery?.spanContext().traceId).not.toBe(ingest?.spanContext().traceId);
    expect(delivery?.attributes['http.response.status_code']).toBe(204);
  });

  it('a webhook carries the traceparent of its own span', async () => {
    await deliver('t-2');
    const [delivery] = await spansNamed('statuswire.deliver');
    const { traceId, spanId } = delivery?.spanContext() ?? {};
    expect(received.map((one) => one.traceparent)).toEqual([`00-${traceId}-${spanId}-01`]);
  });

  it('facts of one execution taken together: the commit is below the first and linked to the others', async () => {
    const tracing = createTracing();
    const gate = Promise.withResolvers<'ok'>();
    const appender = tracing.appender({ append: () => gate.promise, idle: async () => undefined } satisfies Appender);
    const key = { workflow: 'orders', id: 'o-1' };
    const tracer = trace.getTracer('test');
    const [one, two] = ['one', 'two'].map((name) =>
      tracer.startActiveSpan(name, (span: Span) => {
        const done = appender.append(key, []);
        return { span: span.spanContext(), done };
      }),
    );
    const update = makeUpdate({ ...key, seq: 1 });
    const log = tracing.log({ commit: async () => ['ok'] } as never);
    const change = { key, updates: [update], expectedVersion: 0, head: {} as never };
    await log.commit([change]);
    gate.resolve('ok');
    await Promise.all([one?.done, two?.done]);
    await log.commit([change]);
    const [together, later] = await spansNamed('statuswire.commit');
    expect(together?.parentSpanContext?.spanId).toBe(one?.span.spanId);
    expect(linked(together)).toEqual([two?.span.spanId]);
    expect(later?.parentSpanContext).toBeUndefined();
  });

  it('a commit that fails is marked, and the caller hears of it', async () => {
    const log = createTracing().log({ commit: () => Promise.reject(new Error('disk full')) } as never);
    const change = { key: { workflow: 'orders', id: 'o-2' }, updates: [], expectedVersion: 0, head: {} as never };
    await expect(log.commit([change])).rejects.toThrow('disk full');
    const [span] = await spansNamed('statuswire.commit');
    expect(span?.attributes['statuswire.outcome']).toBe('failed');
    expect(span?.events[0]?.attributes?.['exception.message']).toBe('disk full');
  });
});
