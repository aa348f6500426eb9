import type { Carrier } from './support/wire.ts';

/** A channel of the client, chosen alone. The three that push also pull what the push did not carry. */
export type ChannelName = 'polling' | 'graphql-transport-ws' | 'appsync' | 'webhook';

/** How one column of the table reads. */
export type Column =
  /** One channel from start to end. */
  | { readonly type: 'channel'; readonly name: string; readonly start: ChannelName }
  /** The first is taken away in the middle; the application goes on with the second from its last cursor. */
  | { readonly type: 'switch'; readonly name: string; readonly start: ChannelName; readonly then: ChannelName }
  /** One watch: its push is cut in the middle, polling takes over, and the push comes back. */
  | { readonly type: 'automatic'; readonly name: string; readonly start: PushProtocol };

export type PushProtocol = 'graphql-transport-ws' | 'appsync';

export const channelNames: readonly ChannelName[] = ['polling', 'graphql-transport-ws', 'appsync', 'webhook'];
const pushProtocols: readonly PushProtocol[] = ['graphql-transport-ws', 'appsync'];

export const columns: readonly Column[] = [
  ...channelNames.map((start): Column => ({ type: 'channel', name: start, start })),
  ...channelNames.flatMap((start) =>
    channelNames
      .filter((then) => then !== start)
      .map((then): Column => ({ type: 'switch', name: `${start} → ${then}`, start, then })),
  ),
  ...pushProtocols.map((start): Column => ({ type: 'automatic', name: `automatic over ${start}`, start })),
];

/** Every channel that a column uses. */
export function channelsOf(column: Column): readonly ChannelName[] {
  if (column.type === 'switch') return [column.start, column.then];
  return column.type === 'automatic' ? [column.start, 'polling'] : [column.start];
}

export const isSocket = (carrier: Carrier): boolean => carrier === 'graphql-transport-ws' || carrier === 'appsync';

export const carrierOf = (channel: ChannelName): Carrier => (channel === 'polling' ? 'http' : channel);
