import { on } from './on.ts';
import { createAlarm, type Timers } from './timers.ts';

/** What the SDK learns from what surrounds it; injectable for tests, and for runtimes with events of their own. */
export interface Environment {
  /**
   * Calls the listener when waiting may have become pointless: `false`: try now. `true`: whatever was open is presumed
   * dead. Returns how to stop, after which nothing is left behind.
   * @param onHidden called when nobody can see the page any more; may never be
   */
  onWake(listener: (stale: boolean) => void, onHidden: () => void): () => void;
}

/** How often the clock is looked at … */
const tickMs = 20_000;
/** … and how late that may come: browsers let timers of a hidden tab run once a minute, and that is no sleep. */
const lateMs = 75_000;

/**
 * A browser's own signs: `online` (sockets of the network before are dead), a tab that becomes visible, a page that comes
 * back from the back/forward cache, and a clock that has moved on without the timers, as in sleep. Elsewhere (Node)
 * nothing ever happens. No effect before `onWake`.
 * @internal its types are the browser's, which a server's compiler may not know
 */
export const createEnvironment = (
  timers: Timers,
  scope: Pick<typeof globalThis, 'addEventListener' | 'removeEventListener' | 'document'> = globalThis,
): Environment => ({
  onWake(listener, hide) {
    const { document } = scope;
    const alarm = createAlarm(timers);
    let due = timers.now();

    /** Whether the clock moved on without the timers since the last look. */
    function look(): boolean {
      const slept = timers.now() - due > lateMs;
      due = timers.now() + tickMs;
      alarm.set(tickMs, () => look() && listener(true));
      return slept;
    }

    // Not every runtime that has the one has the others: workers have no document, Node and React Native no events.
    if (!scope.addEventListener) return () => undefined;
    look();
    const offs = [
      alarm.clear,
      on(scope, 'online', () => listener(true)),
      on(scope, 'pageshow', (event) => (event as PageTransitionEvent).persisted && listener(true)),
      on(document, 'visibilitychange', () => (document.hidden ? hide() : listener(look()))),
    ];
    return () => {
      for (const off of offs) off();
    };
  },
});
