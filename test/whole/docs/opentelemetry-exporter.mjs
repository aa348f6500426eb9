export class OTLPTraceExporter {
  export(spans, done) {
    const body = JSON.stringify(spans.map((span) => ({ name: span.name, traceId: span.spanContext().traceId })));
    fetch(`${process.env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`, { method: 'POST', body }).then(
      () => done({ code: 0 }),
      (error) => done({ code: 1, error }),
    );
  }
  async shutdown() {}
}
