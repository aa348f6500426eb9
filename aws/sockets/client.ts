import {
  ApiGatewayManagementApiClient,
  type ApiGatewayManagementApiClientConfig,
} from '@aws-sdk/client-apigatewaymanagementapi';

/** Sockets of the management API open at once; more posts wait for one. */
export const maxSockets = 64;

/**
 * A client as the sockets need it. Waits are short, because a post that is not taken at once is only a hint lost; and
 * nothing is retried in here, because `createSockets` knows what is worth it.
 *
 * @param endpoint `https://…/<stage>` of the WebSocket API
 */
export function createManagementClient(
  endpoint: string,
  config: ApiGatewayManagementApiClientConfig = {},
): ApiGatewayManagementApiClient {
  return new ApiGatewayManagementApiClient({
    endpoint,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 500,
      requestTimeout: 1_500,
      throwOnRequestTimeout: true,
      httpsAgent: { keepAlive: true, maxSockets },
    },
    ...config,
  });
}
