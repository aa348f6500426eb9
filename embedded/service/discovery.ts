import type { Discovery } from '../../core/contract.ts';
import { maxWaitSeconds } from '../../handlers/api/schemas.ts';

/** What this deployment offers (S22). */
export function discovery(baseUrl: string): Discovery {
  return {
    version: 1,
    channels: [
      { channel: 'subscription', protocol: 'graphql-transport-ws', url: `${baseUrl.replace(/^http/, 'ws')}/graphql` },
      { channel: 'subscription', protocol: 'appsync', url: `${baseUrl}/graphql` },
      { channel: 'polling', protocol: 'http', url: baseUrl, maxWaitSeconds },
      { channel: 'webhook', protocol: 'standard-webhooks', url: `${baseUrl}/webhooks` },
    ],
  };
}
