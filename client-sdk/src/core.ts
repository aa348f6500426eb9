/** The client with the channels that are named to it, so that no other one is in a bundle. Importing has no effect. */

export * from './api.ts';
export { appsync } from './channels/appsync.ts';
export { poll } from './channels/poll.ts';
export { transportWs } from './channels/transport-ws.ts';
export { createStatusClient } from './client.ts';
