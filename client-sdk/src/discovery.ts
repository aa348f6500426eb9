import type { ChannelInfo, Discovery } from '../../core/contract.ts';
import { asStatusError, StatuswireError } from './errors.ts';
import type { Request } from './http.ts';
import { backoffMs, type Timers } from './timers.ts';

/** Which channels the deployment has; asked once per client and kept. */
export interface Discoverer {
  /** Rejects with a `StatuswireError` when the service cannot tell now; another call asks again, no sooner than allowed. */
  find(protocol: ChannelInfo['protocol']): Promise<ChannelInfo | null>;
  /** The same, if it is known already. */
  known(protocol: ChannelInfo['protocol']): ChannelInfo | null;
}

export function createDiscoverer(request: Request, timers: Timers): Discoverer {
  let found: Discovery | null = null;
  let asking: Promise<Discovery> | null = null;
  let failures = 0;
  let notBefore = 0;

  const known: Discoverer['known'] = (protocol) => found?.channels.find((info) => info.protocol === protocol) ?? null;

  async function ask(): Promise<Discovery> {
    try {
      const { body } = await request('/.well-known/statuswire', { isPublic: true });
      if (!isDiscovery(body))
        throw new StatuswireError('bad-answer', '/.well-known/statuswire: not a discovery document.');
      found = body;
      return body;
    } catch (error) {
      const reason = asStatusError(error);
      notBefore = timers.now() + Math.max(reason.retryAfterMs ?? 0, backoffMs(timers, failures++));
      throw reason;
    }
  }

  return {
    known,
    async find(protocol) {
      // A refusal is kept for a while, because every watch asks here.
      if (!found && (!asking || (notBefore > 0 && timers.now() >= notBefore))) {
        notBefore = 0;
        asking = ask();
      }
      await (found ?? asking);
      return known(protocol);
    },
  };
}

const isDiscovery = (body: unknown): body is Discovery => Array.isArray((body as Discovery | null)?.channels);
