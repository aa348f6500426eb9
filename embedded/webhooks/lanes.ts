import type { DeliveryKey } from '../../core/ports.ts';

/** What one endpoint has in memory. */
interface Lane {
  /** In order of arrival. */
  readonly waiting: Map<string, DeliveryKey>;
  /** True: woken again meanwhile, so to be run once more. */
  readonly running: Map<string, boolean>;
  /** In the round of lanes that may start something. */
  inRound: boolean;
}

export interface LanesOptions {
  /** Deliveries of one endpoint at the same time. */
  readonly perEndpoint: number;
  /** Waiting deliveries of one endpoint held in memory. */
  readonly maxWaiting: number;
}

export interface Lanes {
  /** False when the endpoint has too much waiting: the delivery is then left to the store's memory. */
  add(key: DeliveryKey): boolean;
  /** The next one to start, endpoint by endpoint in turn; null when no endpoint may start any. */
  take(): DeliveryKey | null;
  /** A taken one ended; `again` puts it to the back of its lane, as does an `add` since it was taken. */
  done(key: DeliveryKey, again: boolean): void;
  /** Waiting and taken. */
  size(): number;
}

function nameOf({ workflow, id }: DeliveryKey): string {
  return JSON.stringify([workflow, id]);
}

/**
 * One queue per endpoint, served in turn, so that an endpoint with much to do, or that answers slowly, is no obstacle to
 * the others (G8). One (endpoint, execution) never runs twice at a time.
 */
export function createLanes({ perEndpoint, maxWaiting }: LanesOptions): Lanes {
  const lanes = new Map<string, Lane>();
  const round: Lane[] = [];
  let size = 0;

  function laneOf(endpointId: string): Lane {
    const known = lanes.get(endpointId);
    if (known) return known;
    const lane: Lane = { waiting: new Map(), running: new Map(), inRound: false };
    lanes.set(endpointId, lane);
    return lane;
  }

  function join(lane: Lane): void {
    if (lane.inRound || lane.waiting.size === 0 || lane.running.size >= perEndpoint) return;
    lane.inRound = true;
    round.push(lane);
  }

  return {
    add(key) {
      const lane = laneOf(key.endpointId);
      const name = nameOf(key);
      if (lane.running.has(name)) {
        lane.running.set(name, true);
        return true;
      }
      if (lane.waiting.has(name)) return true;
      if (lane.waiting.size >= maxWaiting) return false;
      lane.waiting.set(name, key);
      size += 1;
      join(lane);
      return true;
    },

    take() {
      const lane = round.shift();
      if (!lane) return null;
      lane.inRound = false;
      const [first] = lane.waiting;
      if (!first) return null;
      const [name, key] = first;
      lane.waiting.delete(name);
      lane.running.set(name, false);
      join(lane);
      return key;
    },

    done(key, again) {
      const lane = laneOf(key.endpointId);
      const name = nameOf(key);
      const wokenAgain = lane.running.get(name) ?? false;
      lane.running.delete(name);
      if (again || wokenAgain) lane.waiting.set(name, key);
      else size -= 1;
      join(lane);
      if (lane.waiting.size === 0 && lane.running.size === 0) lanes.delete(key.endpointId);
    },

    size: () => size,
  };
}
