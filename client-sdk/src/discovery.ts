import type { ChannelInfo, Discovery } from '../../core/contract.ts';
import { asStatusError, StatuswireError } from './errors.ts';
import type { Request } from './http.ts';
import { backoffMs, never, type Timers } from './timers.ts';

/** Which channels the deployment has; asked once per client, when the first channel wants to know, and kept. */
export interface Discoverer {
  /**
   * Null when the deployment does not have it. Rejects with a `StatuswireError` when the service cannot tell now (down,
   * older than discovery, a proxy's page); another call asks again, no sooner than allowed.
   */
  find(protocol: ChannelInfo['protocol']): Promise<ChannelInfo | null>;
}

const path = '/.well-known/statuswire';

export function createDiscoverer(request: Request, timers: Timers): Discoverer {
  let asking: Promise<Discovery['channels']> | null = null;
  let failures = 0;
  /** A refusal is kept until then, because every watch asks here. */
  let notBefore = never;

  async function ask(): Promise<Discovery['channels']> {
    try {
      const { body } = await request(path, { isPublic: true });
      const { channels } = (body ?? {}) as Partial<Discovery>;
      if (!Array.isArray(channels)) throw new StatuswireError('bad-answer', `${path}: no channels.`);
      return channels;
    } catch (error) {
      const reason = asStatusError(error);
      notBefore = timers.now() + Math.max(reason.retryAfterMs ?? 0, backoffMs(timers, failures++));
      throw reason;
    }
  }

  return {
    async find(protocol) {
      if (!asking || timers.now() >= notBefore) {
        notBefore = never;
        asking = ask();
      }
      return (await asking).find((info) => info.protocol === protocol) ?? null;
    },
  };
}
