import type { ChannelFactory } from './channel.ts';
import { appsync } from './channels/appsync.ts';
import { poll } from './channels/poll.ts';
import { transportWs } from './channels/transport-ws.ts';
import { type CoreClientOptions, createStatusClient as createCoreClient, type StatusClient } from './client.ts';

/** Which kinds of channels may be used. */
export type ChannelChoice = 'auto' | 'polling' | 'subscription';

export interface ClientOptions extends Omit<CoreClientOptions, 'channels'> {
  /**
   * `auto`: subscriptions, by whichever protocol the deployment has, and polling while they do not work. `polling`: HTTP
   * only. `subscription`: no polling; HTTP only for what the subscription did not carry. Or a list, as `./core` takes it.
   * @default 'auto'
   */
  readonly channels?: ChannelChoice | readonly ChannelFactory[];
}

/**
 * A client of one Statuswire service. It finds the channels by itself, and asks nothing before something is read.
 *
 * @example
 * const client = createStatusClient({ url: 'https://status.example.com', token: () => fetchToken() });
 * for await (const update of client.watch('orders', 'order-1042')) console.log(update.seq, update.status);
 */
export function createStatusClient<Workflows = Record<string, unknown>>({
  channels = 'auto',
  ...options
}: ClientOptions): StatusClient<Workflows> {
  const chosen =
    typeof channels === 'string'
      ? [
          ...(channels === 'polling' ? [] : [appsync(), transportWs()]),
          ...(channels === 'subscription' ? [] : [poll()]),
        ]
      : channels;
  return createCoreClient({ ...options, channels: chosen });
}
