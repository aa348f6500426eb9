import { createAuth, type TokenSource } from '../../../../client-sdk/src/auth.ts';
import type { ChannelFactory, Feed, SharedChannel, Sink } from '../../../../client-sdk/src/channel.ts';
import { appsync } from '../../../../client-sdk/src/channels/appsync.ts';
import { transportWs } from '../../../../client-sdk/src/channels/transport-ws.ts';
import type { ChannelInfo, Update } from '../../../../core/contract.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createFakeLog } from '../../support/fake-log.ts';
import { createFakeSocket, type FakeSocket, type Message } from '../../support/fake-socket.ts';

/** One feed, and what its sink was told: `up`, `down unavailable`, `frame 2`, `missed`. */
export interface Opened {
  readonly feed: Feed;
  readonly told: string[];
}

export interface ChannelKit {
  readonly clock: FakeClock;
  readonly channel: SharedChannel;
  readonly sockets: FakeSocket[];
  /** `refuse`: no upgrade. `silent`: nothing is answered. `mute`: subscriptions are not. `forbidden`: no token is good. */
  behaviour: {
    server: 'ok' | 'refuse' | 'silent' | 'mute' | 'forbidden';
    openMs: number;
    caughtUp: boolean;
    timeoutMs: number;
  };
  /** What the next subscriptions get instead of being started. */
  refusal: object | null;
  open(id?: string, on?: (what: string) => void): Opened;
  /** Sends an update to all subscriptions of its execution. */
  push(change?: Partial<Update>, errors?: readonly object[]): Update;
  /** Sockets that were opened within the next `ms`. */
  attemptsWithin(ms: number): Promise<number>;
}

export const words = {
  'graphql-transport-ws': {
    make: transportWs as () => ChannelFactory,
    start: 'subscribe',
    stop: 'complete',
    data: 'next',
  },
  appsync: { make: appsync as () => ChannelFactory, start: 'start', stop: 'stop', data: 'data' },
} as const;

export type Protocol = keyof typeof words;
export const protocols = ['graphql-transport-ws', 'appsync'] as const;

interface Options {
  readonly factory?: ChannelFactory;
  readonly token?: TokenSource | undefined;
  readonly url?: string;
  readonly clock?: FakeClock;
}

/** A push channel alone, on a fake clock, with a server of its protocol behind fake sockets. */
export function channelKit(protocol: Protocol, options: Options = {}): ChannelKit {
  const { clock = createFakeClock(), url = 'https://status.test/graphql', token } = options;
  const { make, start, stop, data } = words[protocol];
  const log = createFakeLog();
  const info: ChannelInfo = { channel: 'subscription', protocol, url };
  const sockets: FakeSocket[] = [];

  function onMessage(from: FakeSocket, { type, id = '', payload }: Message): void {
    const { server } = kit.behaviour;
    if (server === 'silent') return;
    if (type === 'connection_init') {
      if (server !== 'forbidden')
        from.send({
          type: 'connection_ack',
          payload: protocol === 'appsync' ? { connectionTimeoutMs: kit.behaviour.timeoutMs } : {},
        });
      else if (protocol === 'appsync')
        from.send({
          type: 'connection_error',
          payload: { errors: [{ errorType: 'UnauthorizedException', errorCode: 401 }] },
        });
      else from.end(4403);
    } else if (type === start && server !== 'mute') {
      if (kit.refusal) {
        const { refusal } = kit;
        queueMicrotask(() => from.send({ id, type: 'error', payload: refusal }));
        return;
      }
      const { variables } = payload?.data === undefined ? (payload ?? {}) : JSON.parse(String(payload.data));
      from.subscriptions.set(id, variables as { workflow: string; id: string });
      if (protocol === 'appsync') from.send({ id, type: 'start_ack' });
    } else if (type === stop) from.subscriptions.delete(id);
    else if (type === 'ping') from.send({ type: 'pong' });
  }

  class FakeWebSocket {
    constructor(to: string, asked: string | string[]) {
      const fake = createFakeSocket(to, String(asked), onMessage);
      sockets.push(fake);
      clock.setTimeout(() => (kit.behaviour.server === 'refuse' ? fake.fail() : fake.open()), kit.behaviour.openMs);
      // biome-ignore lint/correctness/noConstructorReturn: a constructor is what the SDK takes
      return fake.socket as FakeWebSocket;
    }
  }

  const channel = (options.factory ?? make())({
    request: () => Promise.reject(new Error('a push channel asks nothing over HTTP')),
    auth: createAuth('token' in options ? token : 'secret', clock),
    discoverer: { find: async (asked) => (asked === protocol ? info : null) },
    timers: clock,
    url: 'https://status.test',
    WebSocket: FakeWebSocket as never,
    fetch: () => Promise.reject(new Error('nothing is fetched')),
  }) as SharedChannel;

  const kit: ChannelKit = {
    clock,
    channel,
    sockets,
    behaviour: { server: 'ok', openMs: 0, caughtUp: true, timeoutMs: 120_000 },
    refusal: null,
    open(id = 'order-1', on = () => undefined) {
      const told: string[] = [];
      const tell = (what: string) => {
        told.push(what);
        on(what);
      };
      const sink: Sink = {
        position: () => ({ after: null, latest: false }),
        frame: (frame) => tell(`frame ${frame.type === 'page' ? '' : frame.update.seq}`),
        up: () => tell('up'),
        missed: () => tell('missed'),
        down: ({ code }) => tell(`down ${code}`),
        pace: () => ({ following: false, pauseMs: 60_000 }),
        caughtUp: () => kit.behaviour.caughtUp,
      };
      return { feed: channel.open({ workflow: 'orders', id }, sink), told };
    },
    push(change, errors) {
      const update = log.append(change);
      for (const socket of sockets)
        for (const [id, target] of socket.subscriptions)
          if (target.id === update.id)
            socket.send({ type: data, id, payload: { data: { statusChanged: update }, errors } });
      return update;
    },
    async attemptsWithin(ms) {
      const before = sockets.length;
      await clock.advance(ms);
      return sockets.length - before;
    },
  };
  return kit;
}
