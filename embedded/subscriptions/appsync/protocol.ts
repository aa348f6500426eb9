import type { Handshake } from '../../../handlers/graphql/appsync/authorization.ts';
import { type AppsyncError, permissionDenied } from '../../../handlers/graphql/appsync/errors.ts';
import type { createAppsyncSubscriptions } from '../../../handlers/graphql/appsync/subscriptions.ts';
import type { Cancel, Clock } from '../clock.ts';
import { closeCodes } from '../close-codes.ts';
import type { Connection, SocketProtocol } from '../connection.ts';
import type { Deliveries } from '../deliveries.ts';
import type { Entrance } from '../entrance.ts';
import type { KeepAlive } from '../keep-alive.ts';
import type { SubscriptionLimits } from '../limits.ts';
import { readMessage } from './messages.ts';
import { createStarts } from './starts.ts';

export interface AppsyncProtocolOptions {
  readonly plan: ReturnType<typeof createAppsyncSubscriptions>;
  readonly entrance: Entrance;
  readonly deliveries: Deliveries;
  readonly limits: SubscriptionLimits;
  readonly clock: Clock;
  /** For the `ka` messages, once per `limits.kaMs`. */
  readonly ka: KeepAlive;
}

/** What is said before the connection is closed because of its credentials. */
const refusals = {
  malformed: {
    error: { errorType: 'BadRequestException', message: 'The header is not base64 of a JSON object.', errorCode: 400 },
    code: closeCodes.badRequest,
    reason: 'Bad request',
  },
  refused: { error: { ...permissionDenied, errorCode: 401 }, code: closeCodes.forbidden, reason: 'Forbidden' },
  full: {
    error: { errorType: 'LimitExceededError', message: 'Too many connections.', errorCode: 429 },
    code: closeCodes.tryAgainLater,
    reason: 'Too many connections',
  },
  unavailable: {
    error: { errorType: 'ServiceUnavailableException', message: 'Try again later.', errorCode: 503 },
    code: closeCodes.tryAgainLater,
    reason: 'Try again later',
  },
} as const satisfies {
  readonly [why: string]: { readonly error: AppsyncError; readonly code: number; readonly reason: string };
};

/**
 * AppSync's realtime protocol (AppSync Developer Guide, "Building a real-time WebSocket client"): named `graphql-ws` as a
 * subprotocol, and not what the package of that name speaks. Messages of a connection are handled one after the other,
 * in the order of their arrival; those that come while credentials are checked wait for that.
 *
 * @returns What to speak on a socket that was opened with this handshake.
 */
export function createAppsyncProtocol(options: AppsyncProtocolOptions): (handshake: Handshake) => SocketProtocol {
  const { entrance, limits, clock, ka } = options;
  const connectionTimeoutMs = 5 * limits.kaMs;

  const enter = async (connection: Connection, handshake: Handshake): Promise<keyof typeof refusals | null> => {
    if (handshake.type === 'malformed') return 'malformed';
    const { type } = await entrance.enter(connection, handshake.credential);
    return type === 'caller' ? null : type;
  };

  return (handshake) => ({
    opened(socket, connection) {
      const send = (message: object): void => void socket.send(JSON.stringify(message));
      const starts = createStarts(options, connection, send);
      let over = false;

      const admit = async (): Promise<void> => {
        const why = await enter(connection, handshake);
        if (over) return;
        if (why !== null) {
          const { error, code, reason } = refusals[why];
          send({ type: 'connection_error', payload: { errors: [error] } });
          return connection.close(code, reason);
        }
        const endings: readonly Cancel[] = [
          ka.add(() => send({ type: 'ka' })),
          clock.after(limits.appsyncConnectionMs, () => connection.close(closeCodes.lifeOver, 'Connection life over')),
        ];
        for (const ending of endings) connection.whenOver(ending);
      };

      const handle = async (text: string): Promise<void> => {
        if (over) return;
        const message = readMessage(text);
        switch (message?.type) {
          case undefined:
            return connection.close(closeCodes.badRequest, 'Invalid message received');
          case 'connection_init':
            send({ type: 'connection_ack', payload: { connectionTimeoutMs } });
            return send({ type: 'ka' });
          case 'start':
            return starts.start(message.id, message.payload);
          case 'stop':
            return starts.stop(message.id);
          case 'unknown':
            return starts.refuse(null, {
              errorType: 'UnsupportedOperation',
              message: 'unknown not supported through the realtime channel',
            });
        }
      };

      let before = admit();
      socket.onMessage((text) => {
        before = before.then(() => handle(text));
        return before;
      });
      return async () => {
        over = true;
        starts.end();
      };
    },
  });
}
