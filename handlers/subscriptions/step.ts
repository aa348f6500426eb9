import type { GraphqlRequest } from '../graphql/graphql.ts';
import type { Credential } from './credential.ts';
import type { Ending } from './endings.ts';

/**
 * How far a connection is. `new`: nobody has said who is there; `greeting`: credentials are being checked; `ready`: they
 * were accepted.
 */
export type Phase = 'new' | 'greeting' | 'ready';

/**
 * What came of credentials: the caller, or why there is none. `full`: it has all the sockets it may have; `unavailable`:
 * they cannot be looked at just now.
 */
export type Greeted = 'caller' | 'refused' | 'missing' | 'malformed' | 'full' | 'unavailable';

/** What a protocol has to know of the connection that it answers for. */
export interface ConnectionView {
  readonly phase: Phase;
  /** Operations under way. */
  readonly operations: readonly { readonly id: string }[];
}

/** An operation that a client asks for. */
export interface Asked {
  readonly id: string;
  readonly request: GraphqlRequest;
  /** Whose operation it is; null: whoever opened the connection. */
  readonly credential: Credential | null;
}

/**
 * What a protocol has its server do: the whole of a protocol is a function from a message and a connection to one of these.
 * Nothing here is done yet, and nothing has to be done in order to know it.
 */
export type Step =
  | { readonly type: 'nothing' }
  /** Texts of messages, in this order. */
  | { readonly type: 'say'; readonly messages: readonly string[] }
  /** Find out who it is, and go on with what came of that. */
  | { readonly type: 'greet'; readonly credential: Credential }
  | { readonly type: 'open'; readonly asked: Asked }
  /** End an operation, which need not be there; then say these. */
  | { readonly type: 'stop'; readonly id: string; readonly messages: readonly string[] }
  /** Say these, then end the connection. */
  | { readonly type: 'end'; readonly ending: Ending; readonly messages: readonly string[] };

export const nothing: Step = { type: 'nothing' };

export function say(...messages: readonly object[]): Step {
  return { type: 'say', messages: messages.map((message) => JSON.stringify(message)) };
}

export function end(ending: Ending, ...messages: readonly object[]): Step {
  return { type: 'end', ending, messages: messages.map((message) => JSON.stringify(message)) };
}
