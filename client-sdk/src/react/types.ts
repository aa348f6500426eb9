import type {
  Connection,
  Started,
  StatusClient,
  StatusSnapshot,
  Update,
  Watch,
  WatchedUpdate,
  WatchOptions,
} from '../index.ts';

/** A client, whatever its workflows are. */
export type SomeClient = Pick<StatusClient<never>, 'close'> & {
  watch(workflow: never, id: string, options?: WatchOptions): unknown;
  retryNow(): void;
};

/** The workflows that a client was made for: `WorkflowsOf<typeof client>`. */
export type WorkflowsOf<Client> = Client extends StatusClient<infer Workflows> ? Workflows : never;

/** Which execution is read, and how. Components that agree in that share one watch. */
export interface ReadOptions {
  /** @default the client the hooks were made for, else the provider's */
  readonly client?: SomeClient | undefined;
  /** As of `watch`. @default 'latest' (S16); of `useUpdates`: 'beginning' */
  readonly from?: WatchOptions['from'] | undefined;
  /** Goes on after a terminal status, for a redrive. @default false: it ends 30 s after one */
  readonly redrives?: boolean | undefined;
  /** False reads nothing, as `'skip'` and an absent id do. @default true */
  readonly enabled?: boolean | undefined;
  /**
   * What the server rendered, an update or a snapshot: shown at once and while hydrating; reading goes on after its cursor.
   * Taken once per execution.
   * @default none: the server renders the snapshot before the first update
   */
  readonly initial?: Update | StatusSnapshot | null | undefined;
}

export interface StatusOptions<Definition, Selected> extends ReadOptions {
  /**
   * Picks what the component shows, which renders again only when that changes. Arrays and plain objects are compared by
   * their entries, so that one put together anew each time counts as the same.
   * @default the whole snapshot
   */
  readonly select?: ((snapshot: StatusSnapshot<Definition>) => Selected) | undefined;
}

/** What names an execution; also what `client.start`, or your own backend, answered. */
export type Execution<Workflow extends string = string> = Pick<Started, 'id'> & { readonly workflow: Workflow };

type None = null | undefined;
type Name<Workflows> = keyof Workflows & string;
type DefinitionOf<Workflows, W extends string> = W extends keyof Workflows ? Workflows[W] : Workflows[keyof Workflows];

/**
 * The execution as it is now: a snapshot, discriminated on `status` (S21), or what `select` picks from it. Without an id, with
 * `'skip'` or `enabled: false` nothing is read and the snapshot is the one before the first update.
 */
export interface UseStatus<Workflows> {
  <W extends Name<Workflows>, Selected = StatusSnapshot<Workflows[W]>>(
    workflow: W,
    id: string | None,
    options?: StatusOptions<Workflows[W], Selected> | 'skip',
  ): Selected;
  <W extends string, Selected = StatusSnapshot<DefinitionOf<Workflows, W>>>(
    execution: Execution<W> | None,
    options?: StatusOptions<DefinitionOf<Workflows, W>, Selected> | 'skip',
  ): Selected;
}

/** A snapshot that has an update. */
export type KnownSnapshot<Definition = unknown> = Exclude<StatusSnapshot<Definition>, { readonly status: null }>;

export interface SuspenseOptions<Definition, Selected>
  extends Omit<StatusOptions<Definition, Selected>, 'select' | 'enabled'> {
  readonly select?: ((snapshot: KnownSnapshot<Definition>) => Selected) | undefined;
}

/**
 * As `useStatus`, but suspends until the first update, and throws to the error boundary what keeps it from coming:
 * `not-found`, `unauthorized`, `closed`.
 */
export interface UseStatusSuspense<Workflows> {
  <W extends Name<Workflows>, Selected = KnownSnapshot<Workflows[W]>>(
    workflow: W,
    id: string,
    options?: SuspenseOptions<Workflows[W], Selected>,
  ): Selected;
  <W extends string, Selected = KnownSnapshot<DefinitionOf<Workflows, W>>>(
    execution: Execution<W>,
    options?: SuspenseOptions<DefinitionOf<Workflows, W>, Selected>,
  ): Selected;
}

/** An update, and how it came. */
export interface Arrival<Definition = unknown> {
  readonly update: WatchedUpdate<Definition>;
  /** What carried updates when it came; null for one that was there before anything was read. */
  readonly channel: Connection['channel'];
  /** When it came: epoch milliseconds of this machine. */
  readonly at: number;
}

/** Every update since `from`, once, in order: for timelines. The array is another one whenever it has grown. */
export interface UseUpdates<Workflows> {
  <W extends Name<Workflows>>(
    workflow: W,
    id: string | None,
    options?: ReadOptions | 'skip',
  ): readonly Arrival<Workflows[W]>[];
  <W extends string>(
    execution: Execution<W> | None,
    options?: ReadOptions | 'skip',
  ): readonly Arrival<DefinitionOf<Workflows, W>>[];
}

/** The watch that components share; closing it is not theirs to do. */
export type SharedWatch<Definition = unknown> = Pick<
  Watch<Definition>,
  'workflow' | 'id' | 'getSnapshot' | 'explain' | 'result'
>;

/** The shared watch itself, for `explain()` and `result()`; null where nothing is read. Never renders by itself. */
export interface UseWatch<Workflows> {
  <W extends Name<Workflows>>(
    workflow: W,
    id: string | None,
    options?: ReadOptions | 'skip',
  ): SharedWatch<Workflows[W]> | null;
  <W extends string>(
    execution: Execution<W> | None,
    options?: ReadOptions | 'skip',
  ): SharedWatch<DefinitionOf<Workflows, W>> | null;
}

/** What people should know of the connection of all that is shown, and nothing they need not. */
export interface HumanConnection {
  /** `lost`: for more than 5 s nothing answers. `restored`: it answers again; for 4 s, once. Else null. */
  readonly signal: 'lost' | 'restored' | null;
  /** Since when it is lost, epoch milliseconds; null unless it is. */
  readonly since: number | null;
  /** Tries at once instead of at the next planned time. */
  readonly retryNow: () => void;
}
