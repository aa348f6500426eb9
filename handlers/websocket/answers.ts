import { CloseCode } from 'graphql-ws';

/** What a message is answered with. */
export interface Answer {
  /** In this order. */
  readonly messages: readonly string[];
  /** Whether the connection ends after them. */
  readonly closes: boolean;
}

export const nothing: Answer = { messages: [], closes: false };

/**
 * Ends the connection without a word. Clients take that for a broken connection and come again, with a fresh token if
 * they can get one: right wherever the client may be innocent.
 */
export const drop: Answer = { messages: [], closes: true };

export const say = (...messages: readonly object[]): Answer => ({
  messages: messages.map((message) => JSON.stringify(message)),
  closes: false,
});

/** Where the protocol has a close code after which a client is not to come again as it is. */
const refusals = {
  badRequest: { closeCode: CloseCode.BadRequest, code: 'BAD_REQUEST', message: 'Invalid message received' },
  /** Of these alone our SDK takes a fresh token: the code says so. */
  forbidden: { closeCode: CloseCode.Forbidden, code: 'FORBIDDEN', message: 'Forbidden' },
  taken: { closeCode: CloseCode.SubscriberAlreadyExists, code: 'BAD_REQUEST', message: 'Subscriber already exists' },
  initialised: {
    closeCode: CloseCode.TooManyInitialisationRequests,
    code: 'BAD_REQUEST',
    message: 'Too many initialisation requests',
  },
  /** RFC 6455 §7.4.1. */
  tooBig: { closeCode: 1009, code: 'BAD_REQUEST', message: 'Message too big' },
} as const;

/**
 * Says the close code that API Gateway cannot send, and ends the connection. The message is none of the protocol's, so
 * graphql-ws's client ends all its subscriptions with an error, as it would at that code; our SDK knows the word from
 * AppSync. See docs/decisions/websocket-on-aws.md.
 */
export function refuse(why: keyof typeof refusals): Answer {
  const { message, ...extensions } = refusals[why];
  return { ...say({ type: 'connection_error', payload: { errors: [{ message, extensions }] } }), closes: true };
}
