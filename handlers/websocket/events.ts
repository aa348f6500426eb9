import * as z from 'zod/mini';

const header = z.nullish(z.record(z.string(), z.nullish(z.string())));

/** As AWS tells it (API Gateway Developer Guide, "WebSocket API mapping template reference"); the rest is left alone. */
const eventSchema = z.object({
  headers: header,
  body: z.nullish(z.string()),
  isBase64Encoded: z.nullish(z.boolean()),
  requestContext: z.object({
    eventType: z.enum(['CONNECT', 'MESSAGE', 'DISCONNECT']),
    connectionId: z.string().check(z.minLength(1)),
    /** Epoch milliseconds. */
    connectedAt: z.nullish(z.number()),
  }),
});

/** What API Gateway tells of a socket. */
export type SocketEvent =
  | { readonly type: 'connect'; readonly origin: string | null; readonly subprotocols: readonly string[] }
  | { readonly type: 'message'; readonly connectionId: string; readonly connectedAt: number; readonly text: string }
  | { readonly type: 'disconnect'; readonly connectionId: string };

/** Throws a ZodError for what is no such event: a mistake of the wiring. */
export function readSocketEvent(event: unknown, now: number): SocketEvent {
  const { headers, body, isBase64Encoded, requestContext } = eventSchema.parse(event);
  const { eventType, connectionId, connectedAt } = requestContext;
  switch (eventType) {
    case 'CONNECT': {
      // API Gateway hands names on as they came, and clients write them as they like.
      const named = new Map(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? null]));
      const offered = named.get('sec-websocket-protocol') ?? '';
      const subprotocols = offered.split(',').map((name) => name.trim());
      return { type: 'connect', origin: named.get('origin') ?? null, subprotocols };
    }
    case 'MESSAGE': {
      const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '');
      return { type: 'message', connectionId, connectedAt: connectedAt ?? now, text };
    }
    case 'DISCONNECT':
      return { type: 'disconnect', connectionId };
  }
}
