import type { Update } from '../../core/contract.ts';

/** One execution of the soak and how it must end. */
export interface Track {
  readonly workflow: string;
  readonly id: string;
  /** Is this the last update of its log, as far as redrives of the soak itself do not continue it? */
  readonly isEnded: (update: Update) => boolean;
  /** Set once the service has said that it redrives it. */
  redriven: boolean;
  /** Set before it is forgotten, or when it has expired. */
  gone?: true;
  /** What its sources sent, of one that runs elsewhere. */
  readonly items?: readonly unknown[];
}

/** What is started through `POST /executions`. */
export interface Start {
  readonly workflow: 'orders' | 'parcel';
  readonly input: object;
  readonly end: 'SUCCEEDED' | 'FAILED';
}

/** Every outcome that the READMEs of the examples name. */
const starts: readonly Start[] = [
  { workflow: 'orders', input: {}, end: 'SUCCEEDED' },
  { workflow: 'orders', input: { payment: 'declined' }, end: 'FAILED' },
  { workflow: 'orders', input: { payment: 'timeout-once' }, end: 'SUCCEEDED' },
  { workflow: 'orders', input: { payment: 'timeout' }, end: 'FAILED' },
  { workflow: 'orders', input: { stock: 'none' }, end: 'FAILED' },
  { workflow: 'orders', input: { stock: 'unknown' }, end: 'FAILED' },
  { workflow: 'parcel', input: {}, end: 'SUCCEEDED' },
  { workflow: 'parcel', input: { items: ['a', 'b'], express: true }, end: 'SUCCEEDED' },
  { workflow: 'parcel', input: { courier: 'busy-once' }, end: 'SUCCEEDED' },
  { workflow: 'parcel', input: { courier: 'busy' }, end: 'FAILED' },
];

/** Takes seconds, by its retries: still under way when the machine goes off half a second later. */
export const lastingStart: Start = { workflow: 'orders', input: { payment: 'timeout' }, end: 'FAILED' };

export function pickStart(random: () => number): Start {
  return starts[Math.floor(random() * starts.length)] ?? { workflow: 'orders', input: {}, end: 'SUCCEEDED' };
}

export function startTrack({ workflow, end }: Start, id: string): Track {
  return { workflow, id, redriven: false, isEnded: (update) => update.done && update.status === end };
}
