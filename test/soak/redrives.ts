import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../crash/calls.ts';
import type { Track } from './load.ts';

/** Is there such a route? One that takes other methods answers 405, one that is none 404. */
export async function canRedrive(call: Call): Promise<boolean> {
  const response = await call('GET', '/executions/orders/any/redrive');
  await response.body?.cancel();
  return response.status === 405;
}

/**
 * Waits for the end of a failed execution and redrives it, once. A request whose answer is lost is not repeated: how often
 * it was redriven would not be known.
 */
export async function redriveOnce(call: Call, track: Track, signal: AbortSignal): Promise<boolean> {
  for (; !signal.aborted; await delay(300)) {
    try {
      const status = await call('GET', `/status/${track.workflow}/${track.id}`);
      if (!((await status.json()) as { readonly done?: boolean }).done) continue;
      const response = await call('POST', `/executions/${track.workflow}/${track.id}/redrive`);
      await response.body?.cancel();
      track.redriven = response.ok;
      return response.ok;
    } catch {
      // Killed just now.
    }
  }
  return false;
}
