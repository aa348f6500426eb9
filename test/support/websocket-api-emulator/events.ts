import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../../embedded/subscriptions/clock.ts';

/** What all events of one connection have in common. */
export interface EventSource {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly host: string;
  readonly stage: string;
}

let requests = 0;

/** `requestContext` as "WebSocket API mapping template reference" lists it (API Gateway Developer Guide). */
function contextOf(source: EventSource, now: number, more: object): object {
  requests += 1;
  return {
    ...more,
    extendedRequestId: `Ext${requests}=`,
    requestTime: new Date(now).toUTCString(),
    messageDirection: 'IN',
    stage: source.stage,
    connectedAt: source.connectedAt,
    requestTimeEpoch: now,
    identity: { userAgent: 'test', sourceIp: '127.0.0.1' },
    requestId: `Req${requests}=`,
    domainName: source.host,
    connectionId: source.connectionId,
    apiId: 'a1b2c3d4e5',
  };
}

/** The events of one connection, in AWS's shapes. */
export function eventsOf(source: EventSource, clock: Pick<Clock, 'now'>) {
  const context = (more: object): object => contextOf(source, clock.now(), more);
  return {
    connect(headers: IncomingHttpHeaders) {
      // API Gateway keeps the names as they came, which Node does not; browsers and ws write this one so.
      const named = Object.entries(headers).map(([name, value]) => [
        name === 'sec-websocket-protocol' ? 'Sec-WebSocket-Protocol' : name,
        String(value),
      ]);
      return {
        headers: Object.fromEntries(named),
        multiValueHeaders: Object.fromEntries(named.map(([name, value]) => [name, [value]])),
        requestContext: context({ routeKey: '$connect', eventType: 'CONNECT' }),
        isBase64Encoded: false,
      };
    },
    message(data: Buffer, isBinary: boolean) {
      return {
        requestContext: context({ routeKey: '$default', messageId: `Msg${requests}=`, eventType: 'MESSAGE' }),
        body: data.toString(isBinary ? 'base64' : 'utf8'),
        isBase64Encoded: isBinary,
      };
    },
    disconnect(disconnectStatusCode: number, disconnectReason: string) {
      return {
        headers: {},
        multiValueHeaders: {},
        requestContext: context({
          routeKey: '$disconnect',
          eventType: 'DISCONNECT',
          disconnectStatusCode,
          disconnectReason,
        }),
        isBase64Encoded: false,
      };
    },
  };
}
