/** Receives webhooks on servers, on their own or as a client's push channel. Needs Node's crypto. */

// What a server that watches needs beside the receiver, so that one import is enough.
export * from '../api.ts';
export { poll } from '../channels/poll.ts';
export { createStatusClient } from '../client.ts';
export { type LambdaHttpEvent, type LambdaHttpResult, type LambdaProxyEvent, toLambdaHandler } from './lambda.ts';
export { toNodeHandler } from './node.ts';
export {
  createWebhookReceiver,
  type Delivery,
  type ReceiverEvent,
  type WebhookReceiver,
  type WebhookReceiverOptions,
} from './receiver.ts';
export type { Refusal } from './refusal.ts';
export type { SnsOptions, SubscriptionChanged } from './sns/verifier.ts';
