/** Reads the status of Step Functions executions, whichever channel carries it. Importing has no effect. */

export type {
  ChannelInfo,
  Discovery,
  Json,
  Kind,
  Problem,
  Progress,
  Status,
  StatusError,
  Update,
} from '../../core/contract.ts';
export type { TokenSource } from './auth.ts';
export type { WebSocketConstructor, WebSocketLike } from './channels/transport-ws.ts';
export {
  type ClientOptions,
  createStatusClient,
  type Started,
  type StartOptions,
  type StatusClient,
} from './client.ts';
export { type ExecutionFailure, isStatusError, type StatusErrorCode, StatuswireError } from './errors.ts';
export type { Fetch } from './http.ts';
export type { StatusSnapshot } from './snapshot.ts';
export type { ChannelChoice, Connection } from './supervisor.ts';
export type { Timers } from './timers.ts';
export type { Watch, WatchOptions } from './watch.ts';
export type { StateName, WatchedUpdate } from './workflows.ts';
// Sequencer and channels stay inside: what they hand to each other may change without notice.
