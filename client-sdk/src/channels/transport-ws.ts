import type { ChannelFactory } from '../channel.ts';
import { subscription } from './selection.ts';
import { type Codec, socketChannel } from './socket.ts';

export type { WebSocketConstructor, WebSocketLike } from './socket.ts';

const codec: Codec = {
  protocol: 'graphql-transport-ws',
  connect: ({ href }, token) => [
    href.replace(/^http/, 'ws'),
    'graphql-transport-ws',
    token ? { authorization: `Bearer ${token}` } : undefined,
  ],
  start: (_endpoint, _token, variables) => ({ type: 'subscribe', payload: { query: subscription, variables } }),
  stop: 'complete',
  confirms: false,
  // Proxies cut what is silent for a minute; servers ping by frames that scripts in browsers do not see.
  quietMs: 25_000,
  pings: true,
};

/**
 * GraphQL subscriptions by the graphql-transport-ws protocol
 * (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md): of the embedded service, and of API Gateway.
 */
export const transportWs = (): ChannelFactory => (deps) => socketChannel(deps, codec);
