import type { StatusClient, TokenSource, WatchOptions } from '../../client-sdk/src/index.ts';
import { createWebhookReceiver, type WebhookReceiver } from '../../client-sdk/src/server/index.ts';
import type { Update } from '../../core/contract.ts';
import { type ChannelName, type Column, carrierOf, channelsOf, isSocket } from './columns.ts';
import type { Deployment, Execution } from './deployment.ts';
import type { Expectation } from './oracle.ts';
import { createStory, type Story } from './story.ts';
import { type Application, createApplication } from './support/application.ts';
import { type Archive, createArchive } from './support/archive.ts';
import { connect, connectAutomatic } from './support/clients.ts';
import type { Clock } from './support/clock.ts';
import type { NetworkProxy } from './support/proxy.ts';
import type { Carrier, Wire } from './support/wire.ts';

/** One execution, one reader, and the network between them: what a scenario plays on. */
export interface Stage {
  readonly deployment: Deployment;
  readonly execution: Execution;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly story: Story;
  readonly archive: Archive;
  readonly application: Application;
  /** The token of every client opened from now on. Default: an API key. */
  token: TokenSource;
  /** What the oracle is told beside the two sequences. */
  expectation: Expectation;
  /** Begins to read through the column's first channel. */
  open(options?: WatchOptions): void;
  /** A further client of the channel that is read now. */
  connect(): StatusClient;
  /** The story goes on by so many updates, in one delivery of its source. */
  commit(count?: number): Promise<void>;
  feed(...events: readonly unknown[]): Promise<void>;
  /** The reader has all that is in the log. @param within the client's time that it may take, in ms; default 5 min */
  caughtUp(within?: number): Promise<void>;
  /** So much of the client's time passes. */
  pass(ms: number): Promise<void>;
  /** Waits, in the client's time, for something that no event tells. */
  until(what: string, isThere: () => boolean, within?: number): Promise<void>;
  /** The middle of the scenario: here the column changes channels, if it does. One more update is committed meanwhile. */
  midway(): Promise<void>;
  /** What the column took away comes back, if it does. */
  later(): Promise<void>;
  /** Whether updates come by polling now. */
  polls(): boolean;
  /** Whether updates should come by push now. */
  pushes(): boolean;
  /** What should carry updates now. */
  carrier(): Carrier;
  /** The client that reads now. */
  client(): StatusClient;
  /** Waits until what should carry updates now does, and has nothing left to catch up. */
  live(): Promise<void>;
  /** Has the push that is read now carry an update, if none came by it so far. `midway` and `later` begin with it. */
  carried(): Promise<void>;
  /** The scenario has updates of its own, so nothing may be committed between them. */
  isTold: boolean;
  /** Makes the client read the log: its sockets break, or, where it has none, it is told to. */
  reread(): void;
  /** What is committed while the column changes channels. Default: one update. */
  meanwhile: () => Promise<void>;
  /** Stops the service and starts it again, under the feet of everybody. */
  restart(rebuilt: boolean): Promise<void>;
  readonly played: { midway: boolean; later: boolean };
  /** The service is down, so nothing can be asked of it. */
  isStopped: boolean;
  /** How often the service was stopped. */
  restarts: number;
  /** Before the scenario: registers what the column's channels need. */
  prepare(): Promise<void>;
  /** After it. */
  clear(): Promise<void>;
}

export interface StageOptions {
  readonly deployment: Deployment;
  readonly column: Column;
  readonly execution: Execution;
  readonly proxy: NetworkProxy;
  readonly clock: Clock;
}

export function createStage({ deployment, column, execution, proxy, clock }: StageOptions): Stage {
  const { wire } = proxy;
  const application = createApplication(execution);
  const archive = createArchive();
  const story = createStory(execution);
  const played = { midway: false, later: false };
  let current: ChannelName = column.start;
  let options: WatchOptions = {};
  let client: StatusClient | null = null;
  let hook: { readonly id: string; readonly receiver: WebhookReceiver } | null = null;

  const webhook = () => {
    if (!hook) throw new Error('the column has no webhook');
    return hook.receiver.channel();
  };
  const connecting = () => ({ proxy, clock, token: stage.token, webhook });
  const open = (): StatusClient =>
    column.type === 'automatic' ? connectAutomatic(column.start, connecting()) : connect(current, connecting());

  function begin(): void {
    client = open();
    application.read(client, options);
  }

  async function until(what: string, isThere: () => boolean, within = 300_000): Promise<void> {
    const startedAt = clock.elapsed();
    while (!isThere()) {
      if (application.failure !== null) throw application.failure;
      if (clock.elapsed() - startedAt > within) throw new Error(`not within ${within} ms: ${what}; ${progress()}`);
      await clock.turn();
    }
  }
  const progress = () => {
    const seen = application.seen.map(({ seq, skipped }) => `${seq}${skipped ? ' skipped' : ''}`);
    return `seen ${seen.join(', ')} of ${archive.last()?.seq}; ${application.explain()}`;
  };

  const isCaughtUp = (): boolean => {
    const [last, seen]: (Update | undefined)[] = [archive.last(), application.seen.at(-1)];
    return last === undefined || (seen?.epoch === last.epoch && seen.seq >= last.seq);
  };

  const stage: Stage = {
    deployment,
    execution,
    wire,
    clock,
    story,
    archive,
    application,
    token: deployment.key,
    expectation: {},
    played,
    isStopped: false,
    isTold: false,
    restarts: 0,
    async restart(rebuilt) {
      stage.isStopped = true;
      stage.restarts += 1;
      await deployment.stop();
      await deployment.startAgain(rebuilt);
      stage.isStopped = false;
      await stage.feed();
    },
    async prepare() {
      if (!channelsOf(column).includes('webhook')) return;
      const { id, secret } = await deployment.addWebhook(proxy.hookUrl, execution.workflow);
      const receiver = createWebhookReceiver({ secret });
      hook = { id, receiver };
      proxy.receive(receiver.handle);
    },
    async clear() {
      if (hook) await deployment.removeWebhook(hook.id);
    },
    open(given = {}) {
      options = { notFoundAfterMs: Number.POSITIVE_INFINITY, redrives: true, ...given };
      begin();
    },
    connect: open,
    client: () => {
      if (!client) throw new Error('nothing is open');
      return client;
    },
    meanwhile: () => stage.commit(),
    commit: (count = 1) => stage.feed(...Array.from({ length: count }, () => story.next())),
    async feed(...events) {
      if (events.length > 0) await deployment.feed(events);
      archive.add(await deployment.read(execution));
    },
    caughtUp: (within) => until(`the end of the log`, isCaughtUp, within),
    async pass(ms) {
      const startedAt = clock.elapsed();
      await until(`${ms} ms`, () => clock.elapsed() - startedAt >= ms, Number.POSITIVE_INFINITY);
    },
    until,
    live: () =>
      until(`${current} to be live`, () => {
        const { state, channel } = application.connection() ?? {};
        return (
          state === 'live' && (channel === current || (channel === 'subscription' && isSocket(carrierOf(current))))
        );
      }),
    async carried() {
      const carrier = carrierOf(current);
      if (carrier === 'http' || wire.carried.has(carrier) || stage.isTold) return;
      await stage.live();
      // A subscription is not active yet when it is only sent (S17): what is committed too early comes by the pull alone.
      for (let tries = 0; tries < 5 && !wire.carried.has(carrier); tries += 1) {
        await stage.commit();
        const at = clock.elapsed();
        await until('the push', () => wire.carried.has(carrier) || clock.elapsed() - at > 20_000);
      }
      await until('the push', () => wire.carried.has(carrier), 0);
      await stage.caughtUp();
    },
    reread() {
      wire.cut();
      if (!isSocket(carrierOf(current))) client?.retryNow();
    },
    async midway() {
      await stage.carried();
      played.midway = true;
      if (column.type === 'channel') return stage.meanwhile();
      const lost = carrierOf(column.start);
      // Every channel pulls over HTTP, so that one cannot be taken away: its client is.
      if (lost !== 'http') wire.blocked.add(lost);
      wire.cut();
      if (column.type === 'automatic') {
        current = 'polling';
        return stage.meanwhile();
      }
      application.leave();
      await stage.meanwhile();
      current = column.then;
      begin();
    },
    async later() {
      await stage.carried();
      played.later = true;
      if (column.type !== 'automatic') return;
      wire.blocked.clear();
      // After an end there is nothing to push, so none is opened (S16).
      const isBack = () => application.connection()?.channel === 'subscription' || application.seen.at(-1)?.done;
      await until('the push to come back', () => isBack() === true, 900_000);
      current = column.start;
    },
    polls: () => current === 'polling',
    pushes: () => current !== 'polling',
    carrier: () => carrierOf(current),
  };
  return stage;
}
