import type { ChannelInfo, Update } from '../../core/contract.ts';
import type { Auth } from './auth.ts';
import type { WebSocketConstructor } from './channels/transport-ws.ts';
import type { Discoverer } from './discovery.ts';
import { StatuswireError } from './errors.ts';
import type { Fetch, Request } from './http.ts';
import type { DrivePush } from './push.ts';
import type { Frame } from './sequencer.ts';
import type { Timers } from './timers.ts';

/** The execution that a channel is to read. @internal */
export interface Target {
  readonly workflow: string;
  readonly id: string;
}

/** How a channel that asks should go on asking. @internal */
export interface Pace {
  /** Nothing else carries updates now, so `Retry-After` and long polls apply; else it only checks now and then. */
  readonly following: boolean;
  /** Until the next request, when the service does not say. */
  readonly pauseMs: number;
}

/** Where a channel puts what it reads. None of these is called after `close`. @internal */
export interface Sink {
  /** Where the reader stands: what to ask for next. `after` is null before the first update. */
  position(): { readonly after: string | null; readonly latest: boolean };
  /** Something was read. */
  frame(frame: Frame<Update>): void;
  /** A push channel is subscribed: what came before has to be pulled (S17). */
  up(): void;
  /** A push channel got something it cannot read: it has to be pulled. */
  missed(): void;
  /** An attempt failed, or what worked broke. The channel goes on by itself, unless the error is not retryable. */
  down(error: StatuswireError): void;
  pace(): Pace;
  /** Nothing is known to be missing: only now may a back-off begin anew. */
  caughtUp(): boolean;
}

/** Where a channel that asks puts it. @internal */
export type PullSink = Omit<Sink, 'up' | 'missed'>;

/** One execution being read. @internal */
export interface Feed {
  /** Ends it at once; twice is once. */
  close(): void;
}

/** One way to read the log. It feeds frames and nothing else; what reaches the application is not its business. */
export interface Channel {
  readonly channel: ChannelInfo['channel'];
  /** @internal */
  open(target: Target, sink: Sink): Feed;
}

/** A feed that asks the log. It does nothing until its first `pull`. @internal */
export interface PullFeed extends Feed {
  /** Asks now. @param restart what is under way, or waits after a failure, is from an older time: ask anew. */
  pull(restart?: boolean): void;
  /** Between two questions, in ms, as it last was; 0 before that, and while the service holds them. */
  everyMs(): number;
}

export interface PullChannel extends Channel {
  readonly channel: 'polling';
  /** @internal */
  open(target: Target, sink: PullSink): PullFeed;
}

/** A push channel of a client, over one connection that all feeds share. It reconnects by itself while it has feeds. */
export interface SharedChannel extends Channel {
  readonly channel: 'subscription' | 'webhook';
  /**
   * Always `drivePush` of push.ts. It comes with the channel, so that a client that only polls does not carry the machine
   * that opens, gives up and retries push channels.
   * @internal
   */
  readonly drive: DrivePush;
  /** Closes the connection. @internal */
  close(): void;
  /**
   * Something changed that makes waiting pointless. `false`: tries now, if it waits for a next attempt. `true`: the
   * connection is presumed dead (sleep, bfcache), so it is opened anew.
   * @internal
   */
  wake(stale: boolean): void;
}

/** What a client hands to its channels. What is in it is the package's own, and published under no name. */
export interface ChannelDeps {
  /** @internal */
  readonly request: Request;
  /** @internal */
  readonly auth: Auth;
  /** @internal */
  readonly discoverer: Discoverer;
  /** @internal */
  readonly timers: Timers;
  /** Where the service answers, without a slash at its end; what relative addresses refer to. @internal */
  readonly url: string;
  /** Null where the runtime has none (Node before 22). @internal */
  readonly WebSocket: WebSocketConstructor | null;
  /** @internal */
  readonly fetch: Fetch;
}

/** How a channel is chosen: `poll()`, `transportWs()`, `appsync()`, or a webhook receiver's `channel()`. No I/O. */
export type ChannelFactory = (deps: ChannelDeps) => PullChannel | SharedChannel;

/** Whether a value that came over a wire can be used as an update. Fields beyond these are taken as they are. */
export function isUpdate(value: unknown): value is Update {
  const { epoch, seq, cursor, status } = (value ?? {}) as { readonly [key in keyof Update]?: unknown };
  return typeof epoch === 'string' && Number.isInteger(seq) && typeof cursor === 'string' && typeof status === 'string';
}

/** Throws where `isUpdate` says no. */
export function asUpdate(value: unknown): Update {
  if (isUpdate(value)) return value;
  throw new StatuswireError('bad-answer', 'The answer is no update.');
}
