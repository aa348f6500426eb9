/**
 * Preloaded before the snippet of docs/operations.md. `@opentelemetry/sdk-node` and the OTLP exporter are no dependencies;
 * these stand in for them, over the SDK's own base: NodeSDK registers provider, context manager and propagator, and the
 * exporter posts what it gets.
 */
import { registerHooks } from 'node:module';

const stands = {
  '@opentelemetry/sdk-node': './opentelemetry-sdk-node.mjs',
  '@opentelemetry/exporter-trace-otlp-http': './opentelemetry-exporter.mjs',
};

registerHooks({
  resolve(specifier, context, next) {
    const stand = stands[specifier];
    return stand === undefined
      ? next(specifier, context)
      : { url: new URL(stand, import.meta.url).href, shortCircuit: true };
  },
});
