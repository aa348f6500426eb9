import type { ChannelInfo, Discovery } from '../../core/contract.ts';

/** The channels that a deployment can go without; null or false: it does. */
export interface DeployedChannels {
  /** `wss://…/<stage>` of the WebSocket API. */
  readonly socketUrl: string | null;
  readonly webhooks: boolean;
  /** `https://…/graphql` of the AppSync API. */
  readonly appsync: { readonly url: string; readonly region: string } | null;
}

/**
 * What the deployment offers (S22), the preferred first as everywhere. Polling says no `maxWaitSeconds`: a request that is
 * held costs Lambda time, so every answer comes at once (S19).
 */
export function awsDiscovery({ socketUrl, appsync, webhooks }: DeployedChannels): (baseUrl: string) => Discovery {
  const subscriptions: readonly ChannelInfo[] = [
    ...(socketUrl === null
      ? []
      : [{ channel: 'subscription', protocol: 'graphql-transport-ws', url: socketUrl } as const]),
    ...(appsync === null ? [] : [{ channel: 'subscription', protocol: 'appsync', ...appsync } as const]),
  ];
  return (baseUrl) => ({
    version: 1,
    channels: [
      ...subscriptions,
      { channel: 'polling', protocol: 'http', url: baseUrl },
      ...(webhooks ? [{ channel: 'webhook', protocol: 'standard-webhooks', url: `${baseUrl}/webhooks` } as const] : []),
    ],
  });
}
