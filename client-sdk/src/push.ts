import type { Feed, SharedChannel, Sink, Target } from './channel.ts';
import { StatuswireError } from './errors.ts';
import { seconds } from './explain.ts';
import type { Memory } from './memory.ts';
import { begin, type Event, probeMs, step } from './push-machine.ts';
import { createAlarm, spreadMs, type Timers } from './timers.ts';

/** What the machine of the push channels acts on. */
export interface PushHost {
  readonly target: Target;
  /** In order of preference; at least one. */
  readonly pushes: readonly SharedChannel[];
  /** Whether polling may carry updates. */
  readonly polls: boolean;
  readonly timers: Timers;
  /** The channel that worked last, and when it last did. */
  readonly memory: Memory;
  /** Takes what was pushed. */
  readonly sink: Omit<Sink, 'up' | 'down'>;
  /** The service answers over HTTP. */
  reachable(): boolean;
  /** Asks the log now. @param restart what is under way is from an older time. */
  pull(restart: boolean): void;
  /** Something that the driver tells may have changed. @param error an attempt failed. */
  changed(error?: StatuswireError): void;
  /** There is no push channel here, and polling is not wanted. */
  fail(error: StatuswireError): void;
}

export interface PushDriver {
  /** The channel that carries the updates, subscribed and caught up; null when none does. */
  live(): SharedChannel['channel'] | null;
  /** Polling is to carry the updates. */
  follows(): boolean;
  /** Why a push that should work does not; null when nothing is wrong. */
  trouble(): string | null;
  /** What happens outside: `caughtUp`, `wake` and `rest`. */
  send(event: Event): void;
  close(): void;
}

export type DrivePush = (host: PushHost) => PushDriver;

/** What worked is believed for so long. */
const memoryMs = 30 * 60_000;

/** Runs the push machine of one watch: turns what happens into its events, and its effects into deeds. */
export const drivePush: DrivePush = (host) => {
  const { pushes, polls, timers, memory, sink, reachable } = host;
  const alarm = createAlarm(timers);
  // Storage may hold anything.
  const [winner, at] = [memory.get()].flat() as readonly unknown[];
  const isFresh = typeof winner === 'number' && timers.now() - Number(at) < memoryMs;
  let state = begin(pushes.length, polls, isFresh ? winner : null);
  /** The feed that is open; another object, even before it is filled, as soon as another one is to be. */
  let current: { feed?: Feed } = {};
  let upAt: number | null = null;
  let failures = 0;
  let error: StatuswireError | null = null;
  let dueAt: number | null = null;

  function dispatch(event: Event): void {
    const { state: next, effects } = step(state, event);
    const { wait, pull, open: index } = effects;
    state = next;
    // What rests is not tried, so nothing of it fails.
    if (state.mode === 'live' || state.mode === 'resting') {
      failures = 0;
      error = null;
    }
    if (wait !== undefined) arm(wait);
    if (effects.winner !== undefined) memory.set([effects.winner, timers.now()]);
    if (pull !== undefined) host.pull(pull);
    if (index !== undefined) {
      const channel = index === null ? undefined : pushes[index];
      current.feed?.close();
      current = {};
      upAt = null;
      if (channel) open(channel);
    }
    if (effects.fail) host.fail(new StatuswireError('unsupported', 'There are no subscriptions here.'));
  }

  function arm(ms: number | null): void {
    alarm.clear();
    dueAt = null;
    if (ms === null) return;
    const spread = spreadMs(timers, ms);
    dueAt = timers.now() + spread;
    alarm.set(spread, () => dispatch({ type: 'tick', reachable: reachable() }));
  }

  function open(channel: SharedChannel): void {
    const mine: typeof current = {};
    current = mine;
    const opened = channel.open(host.target, {
      ...sink,
      caughtUp: () => state.mode === 'live' && sink.caughtUp(),
      up() {
        if (current !== mine) return;
        upAt = timers.now();
        dispatch({ type: 'up' });
        host.changed();
      },
      down(reason) {
        if (current !== mine) return;
        const upMs = upAt && timers.now() - upAt;
        upAt = null;
        if (reason.code === 'unsupported') {
          dispatch({ type: 'absent' });
          return host.changed();
        }
        failures++;
        error = reason;
        dispatch({ type: 'down', reachable: reachable(), upMs });
        host.changed(reason);
      },
    });
    // A listener may have ended or changed everything meanwhile.
    if (current === mine) mine.feed = opened;
    else opened.close();
  }

  arm(state.mode === 'polling' ? probeMs(0) : 0);
  return {
    live: () => (state.mode === 'live' ? (pushes[state.channel] as SharedChannel).channel : null),
    follows: () => polls && (state.mode === 'trying' || state.mode === 'polling'),
    trouble() {
      if (!error) return null;
      const next = state.mode === 'polling' && dueAt ? `; next attempt in ${seconds(dueAt - timers.now())}` : '';
      return `the subscription failed ${failures} time${failures > 1 ? 's' : ''} (${error.message})${next}`;
    },
    send: dispatch,
    close() {
      alarm.clear();
      current.feed?.close();
      current = {};
    },
  };
};
