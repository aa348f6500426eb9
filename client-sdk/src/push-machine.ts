/** What a watch does about its push channels. The order is that of the columns of the table below. */
export const modes = ['resting', 'connecting', 'trying', 'catching', 'live', 'polling'] as const;
export type Mode = (typeof modes)[number];

export interface State {
  readonly mode: Mode;
  /** How many push channels there are, by order of preference. */
  readonly count: number;
  /** Whether polling may carry updates. Without it there is nothing to be demoted to. */
  readonly polls: boolean;
  /** The push channel that is used or tried. */
  readonly channel: number;
  /** The push channels that the deployment or the runtime does not have, as bits. */
  readonly absent: number;
  /** Connections in a row that broke soon. */
  readonly brief: number;
  /** Times in a row that push was given up. */
  readonly demotions: number;
}

export type Event =
  /** The wait of this mode is over. `reachable`: the service answers over HTTP, so that it is the push that does not work. */
  | { readonly type: 'tick'; readonly reachable: boolean }
  /** The push channel is subscribed. */
  | { readonly type: 'up' }
  /** A pull was answered, and nothing is known to be missing. */
  | { readonly type: 'caughtUp' }
  /** An attempt failed (`upMs` null), or a subscription broke that had lasted for `upMs`. */
  | { readonly type: 'down'; readonly reachable: boolean; readonly upMs: number | null }
  /** There is no such channel here. */
  | { readonly type: 'absent' }
  /** The device woke, came online or was shown; `retryNow()`; a redrive. */
  | { readonly type: 'wake' }
  /** Hidden for a while, or over and only watched for a redrive. */
  | { readonly type: 'rest' };

/** What to do, in this order; what is absent is left as it is. */
export interface Effects {
  /** Wait this long for the next `tick`, spread by up to a quarter; null: not at all. */
  readonly wait?: number | null;
  /** Ask the log. `true`: what is under way is from an older time. */
  readonly pull?: boolean;
  /** The push channel to open instead of the present one; null: none. */
  readonly open?: number | null;
  /** The channel to begin with next time; `count`: polling. */
  readonly winner?: number;
  /** No push channel exists and polling is not wanted. */
  readonly fail?: boolean;
}

export interface Step {
  readonly state: State;
  readonly effects: Effects;
}

/** Polling joins a push that is not live after about 2 s … */
const joinMs = 1_800;
/** … and the push is given up about 10 s after its start. */
const giveUpMs = 7_500;
/** The second pull after a subscription, in case the first outran its activation. */
const settleMs = 1_000;
/** A subscription that broke sooner is brief … */
const briefMs = 5_000;
/** … and after so many in a row the channel is given up. */
const maxBrief = 3;
/** Between attempts in the background: 30 s, doubled up to 5 min. */
export const probeMs = (demotions: number): number => Math.min(30_000 * 2 ** demotions, 300_000);

type Rule = (state: State, event: Event) => Step;

const to = (state: State, mode: Mode, effects: Effects = {}, changes: Partial<State> = {}): Step => ({
  state: { ...state, ...changes, mode },
  effects,
});
/** A rule that is the same in every state. @param mode null: the present one */
const rule =
  (mode: Mode | null, effects?: Effects, changes?: Partial<State>): Rule =>
  (state) =>
    to(state, mode ?? state.mode, effects, changes);

const stay = rule(null);
const check = rule(null, { pull: false });
const look = rule(null, { pull: true });
const patience = rule('trying', { wait: giveUpMs, pull: true });
const catchUp = rule('catching', { wait: settleMs, pull: true });
const rest = rule('resting', { wait: null, open: null });
/** What was absent is asked for once more: a deployment may have changed since. */
const hurry = rule('trying', { wait: giveUpMs, pull: true, open: 0 }, { absent: 0, channel: 0 });
const connect: Rule = (state) => to(state, 'connecting', { wait: joinMs, open: state.channel });
/** Pull first, so that the page is right before any socket is open. */
const resume: Rule = (state) =>
  to(state, 'connecting', { wait: joinMs, pull: true, open: state.channel }, { absent: 0 });
const join: Rule = (state) => to(state, 'trying', { wait: giveUpMs, ...(state.polls && { pull: false }) });
const won: Rule = (state) => to(state, 'live', { winner: state.channel });
const probe: Rule = (state) => to(state, 'trying', { wait: giveUpMs, open: state.channel });

/** If nothing answers at all, the push is not to blame: it is kept. */
const giveUp: Rule = (state, event) =>
  !state.polls || (event as { readonly reachable?: boolean }).reachable
    ? next(state)
    : to(state, 'trying', { wait: giveUpMs });

const broke: Rule = (state, event) => {
  const { upMs, reachable } = event as Extract<Event, { readonly type: 'down' }>;
  // Only what lasted makes up for what broke, or a socket that flaps would be tried at the shortest interval for ever.
  const lasted = upMs !== null && upMs >= briefMs;
  const brief = upMs === null ? state.brief : lasted ? 0 : state.brief + 1;
  const after = { ...state, brief, ...(lasted && { demotions: 0 }) };
  if (brief >= maxBrief && (reachable || !state.polls)) return next(after);
  return upMs === null ? stay(after, event) : to(after, 'connecting', { wait: joinMs });
};

const gone: Rule = (state) => next({ ...state, absent: state.absent | (1 << state.channel) });

/** The next channel by preference; after the last, polling; without polling, the first again. */
function next(state: State): Step {
  const { mode, count, polls, absent, brief, demotions } = state;
  const existing = (from: number): number | undefined => {
    for (let i = from; i < count; i++) if (!(absent & (1 << i))) return i;
    return undefined;
  };
  const first = existing(0);
  const channel = existing(state.channel + 1) ?? (polls ? undefined : first);
  const pull = polls && { pull: false };
  if (channel !== undefined)
    return mode === 'connecting' && brief < maxBrief
      ? to(state, mode, { open: channel }, { channel })
      : to(state, 'trying', { wait: giveUpMs, ...pull, open: channel }, { channel, brief: 0 });
  if (first !== undefined) {
    const effects = { wait: probeMs(demotions), pull: false, open: null, winner: count };
    return to(state, 'polling', effects, { channel: first, brief: 0, demotions: demotions + 1 });
  }
  return to(state, polls ? 'polling' : 'resting', { wait: null, ...(pull || { fail: true }), open: null });
}

/** Every event in every mode; the compiler counts both. */
type RowOf<Modes extends readonly unknown[]> = { readonly [I in keyof Modes]: Rule };
const table: { readonly [E in Event['type']]: RowOf<typeof modes> } = {
  //         resting connecting trying   catching live    polling
  tick: /*  */ [connect, join, giveUp, check, check, probe],
  up: /*    */ [stay, catchUp, catchUp, catchUp, catchUp, stay],
  caughtUp: [stay, stay, stay, won, stay, stay],
  down: /*  */ [stay, broke, broke, broke, broke, stay],
  absent: /**/ [stay, gone, gone, gone, gone, stay],
  wake: /*  */ [resume, look, patience, look, look, hurry],
  rest: /*  */ [rest, rest, rest, rest, rest, rest],
};

/**
 * A watch that begins; it waits for its first `tick`.
 * @param winner what worked last time, see `Effects.winner`; null when that is not known.
 */
export function begin(count: number, polls: boolean, winner: number | null): State {
  const mode = winner === count && polls ? 'polling' : 'resting';
  const channel = winner !== null && winner < count ? winner : 0;
  return { mode, count, polls, channel, absent: 0, brief: 0, demotions: 0 };
}

/** The only function that decides when push channels are opened, given up, and tried again. Pure. */
export const step = (state: State, event: Event): Step =>
  (table[event.type][modes.indexOf(state.mode)] as Rule)(state, event);
