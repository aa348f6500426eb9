import {
  context,
  isSpanContextValid,
  type Link,
  ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { nameOf } from '../../core/name-of.ts';
import type { Change, Log, OnCommitted } from '../../core/ports.ts';
import type { Appender } from '../../handlers/ingest/append.ts';
import type { Ingest } from '../../handlers/ingest/ingest.ts';
import type { Send } from '../../handlers/webhooks/send.ts';
import { createSpanMemory } from './span-memory.ts';

/** Wraps the parts of the flow in spans. Only OpenTelemetry's API is used: without an SDK in the process it does nothing. */
export interface Tracing {
  /** A caller's `traceparent` becomes the parent of what its request does. */
  fetch(answer: (request: Request) => Response | Promise<Response>): (request: Request) => Response | Promise<Response>;
  /** `statuswire.ingest`: one call with events. */
  ingest(ingest: Ingest): Ingest;
  /** Remembers which span each execution's facts came from, for `log`. */
  appender(appender: Appender): Appender;
  /** `statuswire.commit`: one execution's step, below the span of its facts; linked to the others it was taken with. */
  log(log: Log): Log;
  /** `statuswire.fanout`: one call of the listener, linked to the commits of its updates. */
  fanOut(onCommitted: OnCommitted): OnCommitted;
  /** `statuswire.deliver`: one webhook request, linked to its update's commit; sends `traceparent`. */
  send(send: Send): Send;
}

/** OpenTelemetry SDKs keep so many links of a span by default. */
const maxLinks = 128;
const messageIdShape = /^upd_(?<epoch>.+)_(?<seq>\d+)$/;

const linksTo = (spans: Iterable<SpanContext>): Link[] =>
  [...spans].slice(0, maxLinks).map((one) => ({ context: one }));

/** An SDK may be registered at any time; until then even empty spans, one for each change, would cost 2 µs each. */
function hasSdk(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('statuswire') !== undefined;
}

function fail(span: Span, error: unknown): void {
  if (error instanceof Error) span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Runs `work` and ends the span with it, marked when it fails. */
async function within<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

const headersGetter = {
  keys: (headers: Headers) => [...headers.keys()],
  get: (headers: Headers, name: string) => headers.get(name) ?? undefined,
};

export function createTracing(): Tracing {
  const tracer = trace.getTracer('statuswire');
  const commits = createSpanMemory();
  /** Spans whose facts about an execution are on their way into the log. */
  const origins = new Map<string, SpanContext[]>();

  function beginCommit({ key, updates }: Change): Span {
    const [parent, ...others] = origins.get(nameOf(key)) ?? [];
    const attributes = { 'statuswire.workflow': key.workflow, 'statuswire.updates': updates.length };
    const span = tracer.startSpan(
      'statuswire.commit',
      { attributes, links: linksTo(others) },
      parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
    );
    const own = span.spanContext();
    // Before the commit, because the fan-out begins before its promise resolves.
    if (isSpanContextValid(own)) for (const { epoch, seq } of updates) commits.keep(epoch, seq, own);
    return span;
  }

  function endCommit(span: Span, { updates }: Change, answer: 'ok' | 'conflict' | undefined): void {
    span.setAttribute('statuswire.outcome', answer ?? 'failed');
    if (answer !== 'ok') for (const { epoch, seq } of updates) commits.forget(epoch, seq, span.spanContext());
    span.end();
  }

  return {
    fetch: (answer) => (request) => {
      const parent = propagation.extract(context.active(), request.headers, headersGetter);
      return parent === context.active() ? answer(request) : context.with(parent, () => answer(request));
    },

    ingest: (ingest) => (items, options) =>
      tracer.startActiveSpan('statuswire.ingest', { attributes: { 'statuswire.items': items.length } }, (span) =>
        within(span, async () => {
          const result = await ingest(items, options);
          span.setAttribute('statuswire.rejected', result.rejected.length);
          return result;
        }),
      ),

    appender: (appender) => ({
      ...appender,
      async append(key, facts, extras) {
        const origin = trace.getSpanContext(context.active());
        if (!origin || !isSpanContextValid(origin)) return appender.append(key, facts, extras);
        const name = nameOf(key);
        const waiting = origins.get(name) ?? [];
        origins.set(name, [...waiting, origin]);
        try {
          return await appender.append(key, facts, extras);
        } finally {
          const rest = [...(origins.get(name) ?? [])];
          rest.splice(rest.indexOf(origin), 1);
          if (rest.length > 0) origins.set(name, rest);
          else origins.delete(name);
        }
      },
    }),

    log: (log) => ({
      ...log,
      async commit(changes) {
        if (!hasSdk()) return log.commit(changes);
        const spans = changes.map(beginCommit);
        let answers: readonly ('ok' | 'conflict')[] = [];
        try {
          answers = await log.commit(changes);
          return answers;
        } catch (error) {
          for (const span of spans) fail(span, error);
          throw error;
        } finally {
          for (const [index, change] of changes.entries()) {
            const span = spans[index];
            if (span) endCommit(span, change, answers[index]);
          }
        }
      },
    }),

    fanOut: (onCommitted) => (updates) => {
      const sources = new Set(updates.map(({ epoch, seq }) => commits.find(epoch, seq)).filter((one) => one !== null));
      const attributes = { 'statuswire.updates': updates.length };
      const options = { root: true, attributes, links: linksTo(sources) };
      return tracer.startActiveSpan('statuswire.fanout', options, (span) => within(span, () => onCommitted(updates)));
    },

    send: (send) => (request) => {
      const { epoch = '', seq } = messageIdShape.exec(request.headers['webhook-id'] ?? '')?.groups ?? {};
      const source = commits.find(epoch, Number(seq));
      const options = { root: true, kind: SpanKind.CLIENT, links: source ? linksTo([source]) : [] };
      return tracer.startActiveSpan('statuswire.deliver', options, (span) =>
        within(span, async () => {
          const headers = { ...request.headers };
          propagation.inject(trace.setSpan(context.active(), span), headers);
          const outcome = await send({ ...request, headers });
          if (outcome.type === 'answered') span.setAttribute('http.response.status_code', outcome.status);
          else {
            span.setAttribute('error.type', outcome.reason);
            span.setStatus({ code: SpanStatusCode.ERROR });
          }
          return outcome;
        }),
      );
    },
  };
}
