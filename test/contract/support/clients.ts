import {
  appsync,
  type ChannelFactory,
  createStatusClient,
  poll,
  type StatusClient,
  type TokenSource,
  transportWs,
} from '../../../client-sdk/src/index.ts';
import type { ChannelName, PushProtocol } from '../columns.ts';
import type { Clock } from './clock.ts';
import type { NetworkProxy } from './proxy.ts';

/** What a reader is built of. */
export interface Connecting {
  readonly proxy: NetworkProxy;
  readonly clock: Clock;
  readonly token: TokenSource;
  /** Of the webhook receiver; for columns that have none it is not asked. */
  readonly webhook: () => ChannelFactory;
}

function factoryOf(channel: ChannelName, webhook: () => ChannelFactory): ChannelFactory {
  if (channel === 'polling') return poll();
  if (channel === 'appsync') return appsync();
  return channel === 'graphql-transport-ws' ? transportWs() : webhook();
}

function open(channels: readonly ChannelFactory[], { proxy, clock, token }: Connecting): StatusClient {
  return createStatusClient({ url: proxy.url, token, timers: clock, channels });
}

/** A client that has one channel only. It pulls over HTTP what a push did not carry. */
export function connect(channel: ChannelName, connecting: Connecting): StatusClient {
  return open([factoryOf(channel, connecting.webhook)], connecting);
}

/** A client that may poll while its push does not work. */
export function connectAutomatic(push: PushProtocol, connecting: Connecting): StatusClient {
  return open([factoryOf(push, connecting.webhook), poll()], connecting);
}
