import type { Connection } from './connection.ts';
import type { StatuswireError } from './errors.ts';

/** A duration in ms, for people. */
export const seconds = (ms: number): string => `${Math.max(0, Math.round(ms / 1000))} s`;

/** What the reading does and why, in a sentence. @param trouble why push channels that should work do not */
export function explain(
  { state, channel, since }: Connection,
  error: StatuswireError | null,
  trouble: string | null | undefined,
  now: number,
): string {
  const reason = (channel && trouble) || error?.message;
  const what = `${state[0]?.toUpperCase()}${state.slice(1)}${channel ? ` by ${channel}` : ''} for ${seconds(now - since)}`;
  return `${what}${reason ? `, because ${reason}` : ''}.`.replace('..', '.');
}
