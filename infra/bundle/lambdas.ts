/** Every Lambda of a deployment; the code of each begins in `handlers/<name>/index.ts`. */
export const lambdas = [
  'ingest',
  'api',
  'intake',
  'fanout',
  'webhooks',
  'websocket',
  'reconcile',
  'authorize',
  'graphql',
] as const;

export type LambdaName = (typeof lambdas)[number];

/** What Lambda calls in every one of them: `handler` of `index.mjs`. */
export const handlerName = 'index.handler';
