/** Reads the status of Step Functions executions, whichever channel carries it. Importing has no effect. */

export * from './api.ts';
export { type ChannelChoice, type ClientOptions, createStatusClient } from './auto.ts';
export { appsync } from './channels/appsync.ts';
export { poll } from './channels/poll.ts';
export { transportWs } from './channels/transport-ws.ts';
