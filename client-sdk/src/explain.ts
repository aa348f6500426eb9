import type { Connection } from './connection.ts';
import type { StatuswireError } from './errors.ts';
import type { Supervision } from './supervisor.ts';

/** A duration in ms, for people. */
export const seconds = (ms: number): string => `${Math.max(0, Math.round(ms / 1000))} s`;

/** What the reading does and why, in a sentence. */
export function explain(
  { state, channel, since }: Connection,
  error: StatuswireError | null,
  reading: Pick<Supervision, 'everyMs' | 'trouble'> | null,
  now: number,
): string {
  const everyMs = channel === 'polling' && reading?.everyMs();
  const how = channel ? ` by ${channel}${everyMs ? ` every ${seconds(everyMs)}` : ''}` : '';
  // What is live has no failure to explain: at most there is nothing to read yet.
  const live = error ? ', not found yet' : '';
  const reason = (channel && reading?.trouble()) || error?.message;
  const why = state === 'live' ? live : reason ? `, because ${reason}` : '';
  return `${state[0]?.toUpperCase()}${state.slice(1)}${how} for ${seconds(now - since)}${why}.`.replace('..', '.');
}
