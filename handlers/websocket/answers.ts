import { type Ending, endings } from '../subscriptions/endings.ts';
import type { Step } from '../subscriptions/step.ts';

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

/** Close codes after which a client is not to come again as it is: what it did is wrong. */
const wrongs: ReadonlySet<number> = new Set([
  endings.badRequest.code,
  endings.forbidden.code,
  endings.taken.code,
  endings.initialised.code,
  endings.tooBig.code,
]);

/**
 * The same with the close code, which API Gateway cannot send, said before where the client itself is wrong. The message
 * is none of the protocol's, so graphql-ws's client ends all its subscriptions with an error, as it would at that code;
 * our SDK knows the word from AppSync. See docs/decisions/websocket-on-aws.md.
 */
export function refuse({ code: closeCode, reason }: Ending): Answer {
  if (!wrongs.has(closeCode)) return drop;
  // Of `FORBIDDEN` alone our SDK takes a fresh token: the code says so.
  const code = closeCode === endings.forbidden.code ? 'FORBIDDEN' : 'BAD_REQUEST';
  const payload = { errors: [{ message: reason, extensions: { closeCode, code } }] };
  return { messages: [JSON.stringify({ type: 'connection_error', payload })], closes: true };
}

/** The answer that a step is, when there is nothing to be done for it. */
export function answerOf(step: Extract<Step, { readonly type: 'nothing' | 'say' | 'end' }>): Answer {
  switch (step.type) {
    case 'nothing':
      return nothing;
    case 'say':
      return { messages: step.messages, closes: false };
    case 'end':
      return refuse(step.ending);
  }
}
