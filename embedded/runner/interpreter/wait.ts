import { applyInput, type Context, evaluateExpression } from './data-flow.ts';
import type { Entry, Environment } from './environment.ts';
import { StateFailure } from './failure.ts';

/** Amazon States Language: `Seconds` and `SecondsPath` give whole seconds, not below zero. */
function asSeconds(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new StateFailure('States.Runtime', `a Wait needs whole seconds, not ${JSON.stringify(value)}`);
}

function asTime(value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new StateFailure('States.Runtime', `a Wait needs an RFC 3339 timestamp, not ${JSON.stringify(value)}`);
  }
  return time;
}

/** Waits as a Wait state says, shortened by the time scale; a time in the past does not wait. */
export async function sleepUntilDue(env: Environment, entry: Entry, context: Context): Promise<void> {
  const { Seconds, SecondsPath, Timestamp, TimestampPath } = entry.state;
  const input = await applyInput(entry.state, entry.input, context);
  const read = (path: string) => evaluateExpression(path, input, context);
  const ms =
    Seconds !== undefined || SecondsPath !== undefined
      ? asSeconds(SecondsPath === undefined ? Seconds : await read(SecondsPath)) * 1000
      : asTime(TimestampPath === undefined ? Timestamp : await read(TimestampPath)) - env.clock.now();
  await env.pause(entry.flow, Math.max(0, ms) * env.timeScale);
}
