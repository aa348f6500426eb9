import { asUpdate, type ChannelDeps, type ChannelFactory, isUpdate, type PullChannel } from '../channel.ts';
import { asStatusError } from '../errors.ts';
import { pathOf } from '../http.ts';
import { backoffMs, createAlarm, spreadMs } from '../timers.ts';

/** What a request may be held at most; the service's own limit is 20 s (design §4). */
const maxWaitSeconds = 20;
/** Requests held at a time: over HTTP/1.1 browsers open six connections to a host, for all tabs together. */
const maxHeld = 2;
/** What a request may take beyond the time it is held. */
const requestTimeoutMs = 15_000;

/** Reads the log over HTTP: the channel that always works, and the one that fills every other channel's gaps. */
export const poll = (): ChannelFactory => pollChannel;

/** @internal */
export function pollChannel({
  request,
  discoverer,
  timers,
}: Pick<ChannelDeps, 'request' | 'discoverer' | 'timers'>): PullChannel {
  /** How long the service holds a request that has nothing to tell (S19), in s; undefined before that is known. */
  let heldSeconds: number | undefined;
  const held = new Set<AbortController | null>();

  return {
    channel: 'polling',
    open({ workflow, id }, sink) {
      const path = `/status${pathOf(workflow, id)}`;
      const alarm = createAlarm(timers);
      let current: AbortController | null = null;
      let closed = false;
      /** Asked for while a request was under way. */
      let again = false;
      let failures = 0;
      let everyMs = 0;
      /** A refusal's `Retry-After` holds for every reason to ask. */
      let notBefore = 0;

      const schedule = (ms: number) => alarm.set(Math.max(ms, notBefore - timers.now()), () => void run());

      /** How long the next request is to be held, in s. */
      const wait = () =>
        ((held.size < maxHeld || held.has(current)) &&
          sink.pace().following &&
          sink.position().after !== null &&
          heldSeconds) ||
        0;

      async function run(): Promise<void> {
        const mine = new AbortController();
        current = mine;
        again = false;
        const { after, latest } = sink.position();
        // Nobody waits for this: until it is known, the answers just come at once. Then it cuts the pause short.
        if (heldSeconds === undefined && sink.pace().following)
          discoverer.find('http').then(
            (info) => {
              heldSeconds = Math.min(info?.maxWaitSeconds ?? 0, maxWaitSeconds);
              if (!current && failures === 0 && alarm.isSet() && wait()) schedule(0);
            },
            () => undefined,
          );
        const seconds = wait();
        if (seconds) held.add(mine);
        const query = after === null ? '' : `?after=${encodeURIComponent(after)}${seconds ? `&wait=${seconds}` : ''}`;
        try {
          const { body, retryAfterMs } = await request(path + (after === null && latest ? '' : `/updates${query}`), {
            signal: mine.signal,
            timeoutMs: requestTimeoutMs + seconds * 1000,
          }).finally(() => held.delete(mine));
          const { updates, snapshot, more } = (body ?? {}) as { readonly [key: string]: unknown };
          const isPage = Array.isArray(updates) && updates.every(isUpdate);
          sink.frame(
            isPage ? { type: 'page', after, updates } : { type: 'snapshot', update: asUpdate(snapshot ?? body) },
          );
          if (current !== mine) return;
          // A cache that repeats itself would make this a tight loop.
          if (more && sink.position().after !== after) next(0);
          else if (!sink.caughtUp()) next(backoffMs(timers, failures++));
          else {
            failures = 0;
            // The service holds the next request, so a pause before it would only delay what it brings. Not twice without
            // news in between: one that was to be held and brought none was not held, or its time was up.
            if ((!seconds || (isPage && updates.length)) && wait()) next(0);
            else pause(retryAfterMs);
          }
        } catch (reason) {
          if (current !== mine) return;
          const error = asStatusError(reason);
          const { retryAfterMs } = error;
          sink.down(error);
          // What cannot be retried has closed this feed.
          if (current !== mine) return;
          if (error.code === 'not-found') {
            // Not there yet: nothing is wrong, so the usual pace (S18), and a failure before it holds nothing back.
            failures = 0;
            pause(retryAfterMs);
          } else {
            notBefore = timers.now() + (retryAfterMs ?? 0);
            next((retryAfterMs ?? 0) + backoffMs(timers, failures++));
          }
        }
      }

      function next(ms: number): void {
        current = null;
        schedule(again && failures === 0 ? 0 : ms);
      }

      /** `Retry-After` is the floor, and the jitter comes on top of it. */
      function pause(retryAfterMs: number | null): void {
        // The pace may have changed while the request was under way.
        const { following, pauseMs } = sink.pace();
        everyMs = following ? (retryAfterMs ?? pauseMs) : Math.max(pauseMs, retryAfterMs ?? 0);
        next(spreadMs(timers, everyMs));
      }

      function stop(): void {
        alarm.clear();
        current?.abort();
        current = null;
      }

      return {
        everyMs: () => (wait() ? 0 : everyMs),
        pull(restart = false) {
          if (closed) return;
          again = !restart && (!!current || failures > 0);
          if (again) return;
          stop();
          schedule(0);
        },
        close() {
          closed = true;
          stop();
        },
      };
    },
  };
}
