import type { ChannelFactory } from '../channel.ts';
import { subscription } from './selection.ts';
import { socketChannel } from './socket.ts';

/** Headers by name, as AppSync takes them beside `host`. */
export interface AppSyncHeaders {
  readonly [name: string]: string;
}

/** What an IAM signature covers: a POST of `body` to `url`. */
export interface AppSyncRequest {
  /** The API's HTTP endpoint; for the connection itself with `/connect` behind it. */
  readonly url: string;
  readonly body: string;
}

export interface AppSyncOptions {
  /**
   * How the API authorizes. `lambda`: the client's token for a Lambda authorizer, a watch token prefixed `sw_`, because
   * AppSync takes a bare JWT for OpenID Connect (S29). `oidc`: the client's token as it is, for OpenID Connect and Cognito
   * user pools. `{ apiKey }`: an API key of AppSync. A function: the headers of each request, e.g. signed for IAM
   * (SigV4, service `appsync`); asked for the connection and for each subscription, again on every attempt.
   * @default 'lambda'
   */
  readonly auth?:
    | 'lambda'
    | 'oidc'
    | { readonly apiKey: string }
    | ((request: AppSyncRequest) => AppSyncHeaders | Promise<AppSyncHeaders>);
}

/**
 * GraphQL subscriptions by AppSync's own realtime protocol
 * (https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html). Its subprotocol is named
 * `graphql-ws`; it is neither the npm package's nor graphql-transport-ws.
 */
export const appsync =
  ({ auth = 'lambda' }: AppSyncOptions = {}): ChannelFactory =>
  (deps) => {
    async function headers({ host, href }: URL, token: string | null, path: string, body: string) {
      if (typeof auth === 'function') return { host, ...(await auth({ url: href + path, body })) };
      if (typeof auth === 'object') return { host, 'x-api-key': auth.apiKey };
      // Every JWT begins so, keys of the service by `sw_`.
      return { host, ...(token && { Authorization: auth === 'lambda' ? token.replace(/^eyJ/, 'sw_eyJ') : token }) };
    }

    return socketChannel(deps, {
      protocol: 'appsync',
      async connect(endpoint, token) {
        const header = btoa(JSON.stringify(await headers(endpoint, token, '/connect', '{}')));
        const encoded = header.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
        const to = endpoint.href.replace(/^http/, 'ws');
        const realtime = to.replace('.appsync-api.', '.appsync-realtime-api.');
        // Another host than AppSync's own is a custom domain, or the embedded service.
        return [realtime === to ? `${to}/realtime` : realtime, ['graphql-ws', `header-${encoded}`]];
      },
      async start(endpoint, token, variables) {
        // An `id` that is undefined is left out here; null would filter for null.
        const data = JSON.stringify({ query: subscription, variables });
        const authorization = await headers(endpoint, token, '', data);
        return { type: 'start', payload: { data, extensions: { authorization } } };
      },
      stop: 'stop',
      confirms: true,
      // Unless `connection_ack` says otherwise; there is a `ka` about every minute, and nothing to ask for one.
      quietMs: 300_000,
      pings: false,
    });
  };
