/** What every entry has: the types of the contract and of the client, and its errors. */

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
export type { ChannelDeps, ChannelFactory } from './channel.ts';
export type { WebSocketConstructor, WebSocketLike } from './channels/socket.ts';
export type { CoreClientOptions, Started, StartOptions, StatusClient, Storage } from './client.ts';
export type { Connection } from './connection.ts';
export type { Environment } from './environment.ts';
export { type ExecutionFailure, isStatusError, type StatusErrorCode, StatuswireError } from './errors.ts';
export type { Fetch } from './http.ts';
export type { StatusSnapshot } from './snapshot.ts';
export type { Timers } from './timers.ts';
export type { Watch, WatchOptions } from './watch.ts';
export type {
  ErrorName,
  NextStateName,
  OutputOf,
  PerState,
  StateName,
  TerminalStateName,
  WatchedError,
  WatchedUpdate,
  WithOutput,
  WorkflowTypes,
} from './workflows.ts';
// The sequencer stays inside: what channels hand to it may change without notice.
