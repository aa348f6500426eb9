import type { Clock } from './clock.ts';

/** What carries updates, as the proxy tells them apart. */
export type Carrier = 'http' | 'graphql-transport-ws' | 'appsync' | 'webhook';

/** One update on its way by push: a socket's message, or a delivery. */
export interface Push {
  readonly carrier: Carrier;
  readonly seq: number;
  readonly epoch: string;
}

/** `hold`: kept until `release`. */
export type PushFate = 'pass' | 'drop' | 'twice' | 'hold';

/** One request of the client. */
export interface Asked {
  readonly path: string;
  /** It reads a log. */
  readonly isRead: boolean;
}

/** What the service answered to a request. */
export interface Answered extends Asked {
  readonly status: number;
  readonly body: string;
}

/**
 * Before the service is asked. `html`: a proxy's own page, 200. `refuse`: 503. `silent`: no answer, ever. `again` and
 * `oldest`: what was read last, or first of all, from a cache that should not be there.
 */
export type AskFate = 'pass' | 'html' | 'refuse' | 'silent' | 'again' | 'oldest';

/** Once it has answered. `lose`: the connection dies before the answer. `cut`: it dies within the body. */
export type AnswerFate = 'pass' | 'lose' | 'cut';

/** `refuse`: 502 instead of the upgrade. `html`: a page instead of it. `mute`: upgraded, and no frame comes through. */
export type SocketFate = 'pass' | 'refuse' | 'html' | 'mute';

export type Fate = Exclude<PushFate | AskFate | AnswerFate | SocketFate, 'pass'>;

/** What the network does to one client. Everything passes until a scenario says otherwise. */
export interface Wire {
  push: (push: Push) => PushFate;
  ask: (asked: Asked) => AskFate;
  answer: (answered: Answered) => AnswerFate;
  socket: (carrier: Carrier) => SocketFate;
  /** Sockets stay open, and nothing comes through in either direction. */
  isFrozen: boolean;
  /** How long the start of a subscription is kept from the service, in the client's time: it becomes active late. */
  start: (carrier: Carrier) => number;
  readonly blocked: Set<Carrier>;
  /** Pushes that came as far as here. */
  readonly carried: Map<Carrier, number>;
  /** What befell something so far, other than passing; of caches, what they did answer. */
  readonly befell: Set<Fate>;
  /** What the scenario is about: a cell in which one of these never happens proves nothing. */
  readonly wanted: Set<Fate>;
  /** Reads of a log that were asked for. */
  reads: number;
  /** How many pushes are held. */
  holding(): number;
  /** How many sockets are open. */
  open(): number;
  /** Hands over what was held: as it came, or the last first. */
  release(order: 'forwards' | 'backwards'): Promise<void>;
  /** Ends all sockets that are open, without a word. */
  cut(): void;
}

/** What the parts of the proxy share. */
export interface WireState {
  readonly wire: Wire;
  readonly clock: Clock;
  /** Handing over of what is held, in the order it came. */
  readonly held: (() => unknown)[];
  /** How each open socket dies. */
  readonly sockets: Set<() => void>;
}

export function createWire(clock: Clock): WireState {
  const held: (() => unknown)[] = [];
  const sockets = new Set<() => void>();
  const wire: Wire = {
    push: () => 'pass',
    ask: () => 'pass',
    answer: () => 'pass',
    socket: () => 'pass',
    isFrozen: false,
    start: () => 0,
    blocked: new Set(),
    carried: new Map(),
    befell: new Set(),
    wanted: new Set(),
    reads: 0,
    holding: () => held.length,
    open: () => sockets.size,
    async release(order) {
      const waiting = held.splice(0);
      for (const handOver of order === 'forwards' ? waiting : waiting.reverse()) await handOver();
    },
    cut() {
      for (const kill of [...sockets]) kill();
    },
  };
  return { wire, clock, held, sockets };
}

/** Does to one push what the wire wants; `handOver` brings it to the client. */
export async function carry({ wire, held }: WireState, push: Push | null, handOver: () => unknown): Promise<void> {
  if (push && wire.blocked.has(push.carrier)) return;
  if (push) wire.carried.set(push.carrier, (wire.carried.get(push.carrier) ?? 0) + 1);
  const fate = push ? wire.push(push) : 'pass';
  if (fate !== 'pass') wire.befell.add(fate);
  if (fate === 'drop') return;
  if (fate === 'hold') {
    held.push(handOver);
    return;
  }
  await handOver();
  if (fate === 'twice') await handOver();
}
