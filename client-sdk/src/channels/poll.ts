import type { Update } from '../../../core/contract.ts';
import { isUpdate, type PullChannel } from '../channel.ts';
import type { Discoverer } from '../discovery.ts';
import { asStatusError, StatuswireError } from '../errors.ts';
import type { Answer, Request } from '../http.ts';
import type { Frame } from '../sequencer.ts';
import { backoffMs, createAlarm, type Timers } from '../timers.ts';

/** What a request may be held at most; the service's own limit is 20 s (design §4). */
const maxWaitSeconds = 20;
/** What a request may take beyond the time it is held. */
const requestTimeoutMs = 15_000;

interface PollDeps {
  readonly request: Request;
  readonly discoverer: Discoverer;
  readonly timers: Timers;
}

/** Reads the log over HTTP: the channel that always works, and the one that fills every other channel's gaps. */
export function pollChannel({ request, discoverer, timers }: PollDeps): PullChannel {
  return {
    channel: 'polling',
    open({ workflow, id }, sink) {
      const path = `/status/${encodeURIComponent(workflow)}/${encodeURIComponent(id)}`;
      const alarm = createAlarm(timers);
      let current: AbortController | null = null;
      let closed = false;
      /** Asked for while a request was under way. */
      let again = false;
      let failures = 0;
      /** A refusal's `Retry-After` holds for every reason to ask. */
      let notBefore = 0;

      async function run(): Promise<void> {
        const mine = new AbortController();
        current = mine;
        again = false;
        const pauseMs = await turn(mine.signal);
        if (current !== mine) return;
        current = null;
        schedule(again && failures === 0 ? 0 : pauseMs);
      }

      function schedule(ms: number): void {
        alarm.set(Math.max(ms, notBefore - timers.now()), () => void run());
      }

      /** One request; the pause before the next. */
      async function turn(signal: AbortSignal): Promise<number> {
        const { after, latest } = sink.position();
        // Asked also when it is of no use yet, so that it is known by the next turn.
        const held = sink.pace().following ? heldSeconds(discoverer, hurry) : 0;
        const wait = after !== null ? held : 0;
        try {
          const answer = await request(after === null && latest ? path : `${path}/updates?${query(after, wait)}`, {
            signal,
            timeoutMs: requestTimeoutMs + wait * 1000,
          });
          const { frame, more } = readFrame(answer.body, after);
          sink.frame(frame);
          if (signal.aborted) return Number.POSITIVE_INFINITY;
          if (more) return 0;
          if (!sink.caughtUp()) return backoffMs(timers, failures++);
          failures = 0;
          if (wait === 0 && wouldBeHeld()) return 0;
          return pause(answer, wait > 0 && frame.type === 'page' && frame.updates.length > 0);
        } catch (reason) {
          if (signal.aborted) return Number.POSITIVE_INFINITY;
          const error = asStatusError(reason);
          sink.down(error);
          // Not there yet: nothing is wrong, so the usual pace (S18).
          if (error.code === 'not-found') {
            // An answer all the same: a failure before it must not hold back the pull that a push asks for.
            failures = 0;
            return pause(error, false);
          }
          if (!error.retryable) return Number.POSITIVE_INFINITY;
          notBefore = timers.now() + (error.retryAfterMs ?? 0);
          return (error.retryAfterMs ?? 0) + backoffMs(timers, failures++);
        }

        function pause({ retryAfterMs }: Pick<Answer, 'retryAfterMs'>, wasHeld: boolean): number {
          // The pace may have changed while the request was under way.
          const pace = sink.pace();
          const usual = wasHeld ? 0 : pace.pauseMs;
          const ms = pace.following ? (retryAfterMs ?? usual) : Math.max(pace.pauseMs, retryAfterMs ?? 0);
          return ms * (1 + timers.random() / 4);
        }
      }

      /** The service holds the next request, so a pause before it would only delay what it brings. */
      const wouldBeHeld = (): boolean =>
        sink.pace().following && sink.position().after !== null && heldSeconds(discoverer) > 0;

      /** It became known only now that requests are held: cuts the pause short. */
      function hurry(): void {
        if (!closed && !current && failures === 0 && alarm.isSet() && wouldBeHeld()) schedule(0);
      }

      return {
        pull(restart = false) {
          if (closed) return;
          if (!restart && (current || failures > 0)) {
            again = true;
            return;
          }
          current?.abort();
          current = null;
          schedule(0);
        },
        close() {
          closed = true;
          alarm.clear();
          current?.abort();
          current = null;
        },
      };
    },
  };
}

/** How long to ask the service to hold a request; 0 where it does not, or before that is known. */
function heldSeconds(discoverer: Discoverer, onFound: () => void = () => undefined): number {
  // Nobody waits for this: until it is known, the answers just come at once.
  if (!discoverer.known('http')) discoverer.find('http').then(onFound, () => undefined);
  return Math.min(discoverer.known('http')?.maxWaitSeconds ?? 0, maxWaitSeconds);
}

function query(after: string | null, wait: number): URLSearchParams {
  return new URLSearchParams({ ...(after !== null && { after }), ...(wait > 0 && { wait: String(wait) }) });
}

function readFrame(body: unknown, after: string | null): { readonly frame: Frame<Update>; readonly more: boolean } {
  const { updates, snapshot, more } = (body ?? {}) as { readonly [key: string]: unknown };
  if (Array.isArray(updates) && updates.every(isUpdate)) {
    // A page that holds nothing cannot have more behind it; asking at once would never end.
    return { frame: { type: 'page', after, updates }, more: more === true && updates.length > 0 };
  }
  const latest = snapshot ?? body;
  if (isUpdate(latest)) return { frame: { type: 'snapshot', update: latest }, more: false };
  throw new StatuswireError('bad-answer', 'The answer holds no updates.');
}
