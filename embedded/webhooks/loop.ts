import type { Deliveries, DeliveryKey } from '../../core/ports.ts';
import type { Deliverer, DeliveryResult } from '../../handlers/webhooks/deliver.ts';
import { systemTimer, type Timer } from '../store/timer.ts';
import { createLanes } from './lanes.ts';

export interface WebhookLoopOptions {
  readonly deliverer: Deliverer;
  readonly deliveries: Pick<Deliveries, 'due' | 'nextDue'>;
  /** Told of every rejection of a port; the loop goes on by itself. */
  readonly onError: (error: unknown) => void;
  /** Epoch milliseconds. @default Date.now */
  readonly clock?: () => number;
  /** @default setTimeout */
  readonly timer?: Timer;
  /** Deliveries at the same time, slow ones apart. @default 64 */
  readonly concurrency?: number;
  /** Deliveries of one endpoint at the same time. @default 8 */
  readonly perEndpoint?: number;
  /** After this long a delivery counts as slow and gives its place to another one. Milliseconds. @default 1_000 */
  readonly slowMs?: number;
  /** Deliveries at the same time, slow ones included: each may hold a socket. @default 1_024 */
  readonly maxInFlight?: number;
  /** How long `stop` lets requests under way finish before it breaks them off. Milliseconds. @default 5_000 */
  readonly graceMs?: number;
}

export interface WebhookLoop {
  /** Something became due: these deliveries, or, without keys, whatever the store says. Returns at once. */
  poke(keys?: readonly DeliveryKey[]): void;
  /** Starts nothing more and hands back what is not finished; resolves within twice `graceMs`. */
  stop(): Promise<void>;
}

/** Keys taken from the store at a time, beyond those in memory already. */
const pageSize = 256;
/** Keys in memory per endpoint; the store remembers the rest. */
const maxWaiting = 1_000;
/** Milliseconds until the store is asked again while due work is waiting in memory for its turn. */
const backlogPauseMs = 1_000;
/** Pauses after errors double from the first to the second; milliseconds. */
const firstErrorPauseMs = 1_000;
const lastErrorPauseMs = 30_000;
/** The store is asked so often whatever it said: its times are the wall clock's, which may be set. Milliseconds. */
const longestSleepMs = 60_000;

/**
 * Runs deliveries as they become due: at once when poked, else sleeping until the store's earliest due time. It looks
 * at the store when made, so that what an earlier process left goes on.
 */
export function createWebhookLoop(options: WebhookLoopOptions): WebhookLoop {
  const { deliverer, deliveries, onError, clock = Date.now, timer = systemTimer } = options;
  const { concurrency = 64, perEndpoint = 8, slowMs = 1_000, maxInFlight = 1_024, graceMs = 5_000 } = options;
  const lanes = createLanes({ perEndpoint, maxWaiting });
  const soon = new AbortController();
  const now = new AbortController();
  const halt = { soon: soon.signal, now: now.signal };
  const underWay = new Set<Promise<void>>();
  let places = concurrency;
  /** Due keys that found no room in their lane. */
  let leftOut = 0;
  let armed: { readonly at: number; readonly cancel: () => void } | null = null;
  let looking = false;
  let lookAgain = false;
  let lookErrors = 0;
  let deliveryErrors = 0;

  function wakeAt(at: number): void {
    const now = clock();
    // One that should have rung was overtaken by the clock, and is not waited for.
    if (soon.signal.aborted || (armed && armed.at <= at && armed.at >= now)) return;
    const ringAt = Math.min(Math.max(armed && armed.at < now ? now : at, now), now + longestSleepMs);
    armed?.cancel();
    const cancel = timer(ringAt - now, () => {
      armed = null;
      look();
    });
    armed = { at: ringAt, cancel };
  }

  function wakeAfterError(error: unknown, errors: number): void {
    onError(error);
    wakeAt(clock() + Math.min(firstErrorPauseMs * 2 ** (errors - 1), lastErrorPauseMs));
  }

  function settle(key: DeliveryKey, result: DeliveryResult): void {
    deliveryErrors = 0;
    lanes.done(key, result.type === 'more');
    if (result.type === 'failed') wakeAt(result.dueAt);
  }

  function begin(key: DeliveryKey): void {
    places -= 1;
    let slow = false;
    const cancelSlow = timer(slowMs, () => {
      slow = true;
      places += 1;
      pump();
    });
    const run = deliverer.deliver(key, halt).then(
      (result) => settle(key, result),
      (error) => {
        deliveryErrors += 1;
        lanes.done(key, false);
        wakeAfterError(error, deliveryErrors);
      },
    );
    const ended = run.then(() => {
      cancelSlow();
      if (!slow) places += 1;
      underWay.delete(ended);
      pump();
    });
    underWay.add(ended);
  }

  function pump(): void {
    while (!soon.signal.aborted && places > 0 && underWay.size < maxInFlight) {
      const key = lanes.take();
      if (key === null) return;
      begin(key);
    }
  }

  function add(key: DeliveryKey): void {
    if (!lanes.add(key)) leftOut += 1;
  }

  /**
   * The port has no way to ask for what comes after a key, and what waits in memory is still due in the store. So the
   * page is made as much longer, and a full one that brought something new is followed by another.
   */
  async function takeDue(): Promise<void> {
    const limit = lanes.size() + leftOut + pageSize;
    const due = await deliveries.due(clock(), limit);
    const before = lanes.size();
    leftOut = 0;
    for (const key of due) add(key);
    if (due.length === limit && lanes.size() > before) lookAgain = true;
    pump();
  }

  async function lookRepeatedly(): Promise<void> {
    let next: number | null;
    do {
      lookAgain = false;
      await takeDue();
      next = await deliveries.nextDue();
    } while (lookAgain && !soon.signal.aborted);
    lookErrors = 0;
    if (next === null) return;
    // Due already means known already, and waiting for its turn: asking again at once would be a busy loop.
    const pause = Math.max(backlogPauseMs, (lanes.size() + leftOut) / 10);
    wakeAt(next > clock() ? next : clock() + pause);
  }

  function look(): void {
    if (soon.signal.aborted) return;
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    const ended = lookRepeatedly()
      .catch((error) => {
        lookErrors += 1;
        wakeAfterError(error, lookErrors);
      })
      .then(() => {
        looking = false;
        underWay.delete(ended);
      });
    underWay.add(ended);
  }

  look();

  return {
    poke(keys) {
      if (soon.signal.aborted) return;
      if (keys === undefined) return look();
      for (const key of keys) add(key);
      if (leftOut > 0) wakeAt(clock() + backlogPauseMs);
      pump();
    },

    async stop() {
      soon.abort();
      armed?.cancel();
      armed = null;
      const cancelGrace = timer(graceMs, () => now.abort());
      let cancelBound = () => {};
      const bound = new Promise<void>((resolve) => {
        cancelBound = timer(2 * graceMs, resolve);
      });
      await Promise.race([Promise.all(underWay), bound]);
      cancelGrace();
      cancelBound();
    },
  };
}
