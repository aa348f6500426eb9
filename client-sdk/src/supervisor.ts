import type { Update } from '../../core/contract.ts';
import type { Feed, PullChannel, PullFeed, PullSink, SharedChannel, Sink, Target } from './channel.ts';
import type { Connection } from './connection.ts';
import type { StatuswireError } from './errors.ts';
import type { Memory } from './memory.ts';
import type { Frame } from './sequencer.ts';
import { createAlarm, type Timers } from './timers.ts';

export interface Health extends Omit<Connection, 'since'> {
  /** Not retryable: the watch cannot go on, or has found nothing so far (`not-found`). */
  readonly error: StatuswireError | null;
}

/** The watch as its supervisor sees it. */
export interface Supervised {
  position: Sink['position'];
  /** Takes a frame, and tells nobody yet. Returns whether something is missing after it. */
  take(frame: Frame<Update>): boolean;
  /** Tells those who listen, if anything is new. @param changed something was taken */
  report(health: Health, changed: boolean): void;
  /** Between two polls when the service does not say, in ms. */
  pollMs(): number;
}

/** What a watch reads by. */
export interface SuperviseHost {
  readonly puller: PullChannel;
  /** In order of preference; none for a client that only polls. */
  readonly pushes: readonly SharedChannel[];
  /** Whether polling may carry updates. Without it, HTTP is used only for what a push did not carry. */
  readonly polls: boolean;
  readonly timers: Timers;
  readonly memory: Memory;
}

export interface Supervision extends Feed {
  /** Something changed that makes waiting pointless. */
  wake(): void;
  /** Nobody looks now: no push, and only a slow look at the log. Until `wake`. */
  rest(): void;
  everyMs: PullFeed['everyMs'];
  /** Why push channels that should work do not; null when nothing is wrong. */
  trouble(): string | null | undefined;
}

/** While polling need not carry updates: a lost push without a successor is invisible otherwise. */
export const safetyMs = 60_000;

/**
 * Keeps one watch fed. There is no moment of switching between channels: all may feed at once, and the sequencer sorts it
 * out. When push channels are opened and given up is decided by the machine that comes with them (push-machine.ts).
 */
export function supervise(
  host: SuperviseHost,
  target: Target,
  notFoundAfterMs: number,
  watch: Supervised,
): Supervision {
  const { polls, timers } = host;
  const absence = createAlarm(timers);
  let resting = false;
  /** The last pull's outcome; null before the first. */
  let answered: boolean | null = null;
  let incomplete = false;
  let failure: StatuswireError | null = null;
  let absent: StatuswireError | null = null;
  let fatal: StatuswireError | null = null;

  function report(changed = false): void {
    const live = push?.live();
    const channel = fatal ? null : (live ?? (answered && (polls || resting) ? 'polling' : null));
    const sound = live ? answered : !push?.trouble();
    const state = fatal ? 'closed' : channel ? (sound ? 'live' : 'degraded') : failure ? 'offline' : 'connecting';
    watch.report({ state, channel, error: fatal ?? absent ?? (channel ? null : failure) }, changed);
  }

  function fail(error: StatuswireError): void {
    fatal = error;
    close();
    report();
  }

  function take(frame: Frame<Update>, pulled = false): void {
    absence.clear();
    absent = failure = null;
    incomplete = watch.take(frame);
    if (pulled) settled();
    report(true);
  }

  /** A pull was answered. Before the report, so that the swap to a push and what was pulled are one change. */
  function settled(): void {
    answered = true;
    if (!incomplete) push?.send({ type: 'caughtUp' });
  }

  const follows = () => (push ? push.follows() : !resting);

  const sink: PullSink = {
    position: watch.position,
    pace: () => ({ following: follows(), pauseMs: follows() ? watch.pollMs() : safetyMs }),
    caughtUp: () => !incomplete,
    frame: (frame) => take(frame, true),
    down(error) {
      if (error.code === 'not-found') {
        if (!absent && !absence.isSet())
          absence.set(notFoundAfterMs, () => {
            absent = error;
            report();
          });
        settled();
      } else if (error.retryable) {
        answered = false;
        failure = error;
        // Silence says nothing about what is there.
        absence.clear();
      } else return fail(error);
      report();
    },
  };

  function close(): void {
    absence.clear();
    feed.close();
    push?.close();
  }

  const feed = host.puller.open(target, sink);
  const push = host.pushes[0]?.drive({
    ...host,
    target,
    sink: {
      ...sink,
      frame(frame) {
        take(frame);
        if (incomplete) feed.pull();
      },
      missed: feed.pull,
    },
    reachable: () => !!answered,
    pull: feed.pull,
    changed(error) {
      // Whether a token is good is for HTTP to say, which tells a refusal from an expiry.
      if (error?.retryable) failure = error;
      else if (error) feed.pull();
      report();
    },
    fail,
  });
  // One request paints the page before any socket is open.
  if (polls) feed.pull();
  return {
    close,
    everyMs: feed.everyMs,
    trouble: () => push?.trouble(),
    wake() {
      resting = false;
      if (push) push.send({ type: 'wake' });
      else feed.pull(true);
    },
    rest() {
      resting = true;
      push?.send({ type: 'rest' });
      report();
    },
  };
}
