import type { Update } from '../../core/contract.ts';
import type { Channel, Feed, PullChannel, Sink, Target } from './channel.ts';
import type { StatuswireError } from './errors.ts';
import type { Frame } from './sequencer.ts';
import { createAlarm, type Timers } from './timers.ts';

/** How a watch is connected; one fact of its own, apart from the execution's status and from errors. */
export interface Connection {
  /**
   * `idle`: nobody iterates or listens. `connecting`: nothing answered yet. `live`: what is shown is current, or as old
   * as the polling pace. `offline`: nothing answers; it is retried. `closed`: the watch has ended.
   */
  readonly state: 'idle' | 'connecting' | 'live' | 'offline' | 'closed';
  /** What carries updates now; null unless live. */
  readonly channel: 'subscription' | 'polling' | null;
}

/** Constants, so that equal connections are identical. */
export const connections = {
  idle: { state: 'idle', channel: null },
  connecting: { state: 'connecting', channel: null },
  subscribed: { state: 'live', channel: 'subscription' },
  polling: { state: 'live', channel: 'polling' },
  offline: { state: 'offline', channel: null },
  closed: { state: 'closed', channel: null },
} as const satisfies { readonly [name: string]: Connection };

/** Which channels may be used. `subscription` still reads over HTTP what the push did not carry. */
export type ChannelChoice = 'auto' | 'polling' | 'subscription';

export interface Health {
  readonly connection: Connection;
  /** Not retryable: the watch cannot go on, or has found nothing so far (`not-found`). */
  readonly error: StatuswireError | null;
}

/** The watch as its supervisor sees it. */
export interface Supervised {
  position(): ReturnType<Sink['position']>;
  /** Takes a frame and the health it came with, as one change. Returns whether something is missing after it. */
  change(health: Health, frame?: Frame<Update>): boolean;
  /** Between two polls when the service does not say, in ms. */
  pollMs(): number;
}

interface SupervisorDeps {
  readonly target: Target;
  readonly choice: ChannelChoice;
  readonly poll: PullChannel;
  readonly push: Channel;
  readonly timers: Timers;
  readonly notFoundAfterMs: number;
  readonly watch: Supervised;
}

/** A push that is not live after this long is joined by polling, at the start and whenever it breaks. */
const joinAfterMs = 2_000;
/** The second pull after a subscription, in case the first outran its activation: 1 to 2 s. */
const settleMs = 1_000;
/** While a push is live: a lost update without a successor is invisible otherwise. */
export const safetyMs = 60_000;

/**
 * Keeps one watch fed: starts the push channel, lets polling join while the push is not live, and pulls whenever
 * something may be missing. There is no moment of switching: both may feed at once, and the sequencer sorts it out.
 */
export function supervise({ target, choice, poll, push, timers, notFoundAfterMs, watch }: SupervisorDeps): Feed {
  const join = createAlarm(timers);
  const settle = createAlarm(timers);
  const absence = createAlarm(timers);
  let closed = false;
  let pushLive = false;
  let following = choice === 'polling';
  /** The last pull's outcome; null before the first. */
  let pullWorks: boolean | null = null;
  /** A pull succeeded since the push went live. */
  let pulled = false;
  let incomplete = false;
  let failure: StatuswireError | null = null;
  let absent: StatuswireError | null = null;
  let fatal: StatuswireError | null = null;

  function health(): Health {
    if (fatal) return { connection: connections.closed, error: fatal };
    const polled = pullWorks && choice !== 'subscription';
    if (pushLive) return { connection: connections.subscribed, error: absent };
    if (polled) return { connection: connections.polling, error: absent };
    return { connection: failure ? connections.offline : connections.connecting, error: absent ?? failure };
  }

  function take(frame: Frame<Update>): void {
    absence.clear();
    absent = null;
    failure = null;
    incomplete = watch.change(health(), frame);
  }

  function fail(error: StatuswireError): void {
    fatal = error;
    close();
    watch.change(health());
  }

  const pullSink: Sink = {
    position: watch.position,
    pace: () => ({ following, pauseMs: following ? watch.pollMs() : safetyMs }),
    caughtUp: () => !incomplete,
    frame(frame) {
      pullWorks = true;
      pulled = true;
      take(frame);
    },
    up() {},
    missed() {},
    down(error) {
      const missing = error.code === 'not-found';
      if (!error.retryable && !missing) return fail(error);
      pullWorks = missing;
      if (missing) {
        pulled = true;
        const report = () => {
          absent = error;
          watch.change(health());
        };
        if (!absent && !absence.isSet()) absence.set(notFoundAfterMs, report);
      } else {
        failure = error;
        // Silence says nothing about what is there.
        absence.clear();
      }
      watch.change(health());
    },
  };

  const pushSink: Sink = {
    ...pullSink,
    caughtUp: () => pulled && !incomplete,
    frame(frame) {
      take(frame);
      if (incomplete) pullFeed.pull();
    },
    up() {
      pushLive = true;
      pulled = false;
      following = false;
      join.clear();
      watch.change(health());
      if (closed) return;
      pullFeed.pull(true);
      settle.set(settleMs * (1 + timers.random()), () => pullFeed.pull());
    },
    missed: () => pullFeed.pull(),
    down(error) {
      pushLive = false;
      settle.clear();
      if (error.code === 'unsupported') {
        if (choice === 'subscription') fail(error);
        else follow();
        return;
      }
      if (choice === 'auto' && !following && !join.isSet()) join.set(joinAfterMs, follow);
      // Whether a token is good is for HTTP to say, which tells a refusal from an expiry.
      if (error.retryable) failure = error;
      else pullFeed.pull();
      watch.change(health());
    },
  };

  function follow(): void {
    join.clear();
    following = true;
    pullFeed.pull();
  }

  function close(): void {
    closed = true;
    for (const alarm of [join, settle, absence]) alarm.clear();
    pullFeed.close();
    pushFeed?.close();
  }

  const pullFeed = poll.open(target, pullSink);
  let pushFeed: Feed | undefined;
  // Polling begins later, if at all; but one request paints the page before any socket is open.
  if (choice !== 'subscription') pullFeed.pull();
  if (choice === 'auto') join.set(joinAfterMs, follow);
  if (choice !== 'polling') {
    // Not within the caller's `subscribe`, which must not call its listener yet.
    settle.set(0, () => {
      pushFeed = push.open(target, pushSink);
      if (closed) pushFeed.close();
    });
  }
  return { close };
}
